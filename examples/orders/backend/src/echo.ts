/** Answers with what it was given, and who asked. */
export function echo(payload: unknown) {
  return { payload, requestor: ketrics.requestor.name, tenant: ketrics.tenant.code };
}
