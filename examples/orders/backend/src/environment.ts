/** A variable that an administrator must have given a value to. */
export function setting(name: string): string {
  const value = ketrics.environment[name];
  if (!value) {
    throw new Error(`The environment variable ${name} has no value yet; an administrator sets it`);
  }
  return value;
}
