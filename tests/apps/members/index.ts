// Uses every member of every module of the SDK; `docs/sdk.md` is made from what is used here.

export { ai } from "./ai";
export { applications } from "./applications";
export { console, context } from "./context";
export { database } from "./database";
export { documentDb } from "./documentdb";
export { excel } from "./excel";
export { flatNames } from "./flat-names";
export { http } from "./http";
export { _work, job } from "./job";
export { messages, users } from "./messages";
export { pdf } from "./pdf";
export { parameter, secret } from "./secret";
export { volume } from "./volume";
