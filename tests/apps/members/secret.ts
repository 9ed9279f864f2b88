import { holds, same, thrown } from "./expect";

export async function secret() {
  const { Secret } = ketrics;
  same("get", await Secret.get("key"), "value");
  same("exists", [await Secret.exists("key"), await Secret.exists("no"), await Secret.exists("foreign")], [true, false, false]);
  const context = { encryptionContext: { order: "7" } };
  const ciphertext = await Secret.encrypt("text", context);
  holds("encrypt", ciphertext.startsWith("kms:v1:"));
  same("decrypt", await Secret.decrypt(ciphertext, context), "text");
  const wrong = await thrown(() => Secret.decrypt(ciphertext));
  holds("DecryptionError", wrong instanceof Secret.DecryptionError && wrong instanceof Secret.Error);
  holds("guards", Secret.isError(wrong) && Secret.isErrorType(wrong, Secret.DecryptionError));
  holds("PayloadTooLargeError", (await thrown(() => Secret.encrypt("x".repeat(4097)))) instanceof Secret.PayloadTooLargeError);
  const reserved = { encryptionContext: { tenantId: "x" } };
  holds("ReservedContextKeyError", (await thrown(() => Secret.encrypt("x", reserved))) instanceof Secret.ReservedContextKeyError);
  holds("NotFoundError", (await thrown(() => Secret.get("no"))) instanceof Secret.NotFoundError);
  holds("AccessDeniedError", (await thrown(() => Secret.get("foreign"))) instanceof Secret.AccessDeniedError);
}

export async function parameter() {
  const { Parameter } = ketrics;
  same("get", await Parameter.get<{ currency: string }>("config"), { currency: "EUR" });
  same("exists", [await Parameter.exists("config"), await Parameter.exists("no"), await Parameter.exists("foreign")], [true, false, false]);
  const missing = await thrown(() => Parameter.get("no"));
  holds("NotFoundError", missing instanceof Parameter.NotFoundError && missing instanceof Parameter.Error);
  holds("guards", Parameter.isError(missing) && Parameter.isErrorType(missing, Parameter.NotFoundError));
  holds("AccessDeniedError", (await thrown(() => Parameter.get("foreign"))) instanceof Parameter.AccessDeniedError);
  holds("InvalidJsonError", new Parameter.InvalidJsonError("config", "no object") instanceof Parameter.Error);
}
