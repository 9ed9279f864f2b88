// Decorators (TypeScript's own) and enums.

enum Status {
  Open = "open",
  Closed = "closed",
}

const enum Weight {
  Light = 1,
  Heavy = 10,
}

const calls: string[] = [];

function logged(_target: object, name: string, descriptor: PropertyDescriptor): void {
  const method = descriptor.value as (...parameters: unknown[]) => unknown;
  descriptor.value = function (this: unknown, ...parameters: unknown[]) {
    calls.push(name);
    return method.apply(this, parameters);
  };
}

class Orders {
  private status = Status.Open;

  @logged
  close(): Status {
    this.status = Status.Closed;
    return this.status;
  }
}

export async function run(payload: { key: string }) {
  const volume = await ketrics.Volume.connect("files");
  await volume.put(payload.key, Status.Open);
  return { status: new Orders().close(), calls, weight: Weight.Heavy + Weight.Light };
}
