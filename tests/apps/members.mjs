// Makes docs/sdk.md: every member of the SDK, the versions that have it, and the function of
// members/ that uses it, which an end-to-end test calls on the running system. Fails where a member
// has no such function. With `--check` it fails where the file is not current.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ts = createRequire(import.meta.url)("typescript");
const root = fileURLToPath(new URL(".", import.meta.url));
const page = join(root, "../../docs/sdk.md");

const sections = [
  ["ketrics", "KetricsSdkV1"],
  ["ketrics.tenant", "TenantContext"],
  ["ketrics.application", "ApplicationContext"],
  ["ketrics.requestor", "RequestorContext"],
  ["ketrics.runtime", "RuntimeContext"],
  ["ketrics.console", "ConsoleLogger"],
  ["ketrics.http", "HttpClient"],
  ["ketrics.Volume", "VolumeModule"],
  ["A volume", "IVolume"],
  ["ketrics.Database", "DatabaseModule"],
  ["A database, or a transaction on one", "IDatabaseConnection"],
  ["ketrics.Secret", "SecretModule"],
  ["ketrics.Parameter", "ParameterModule"],
  ["ketrics.DocumentDb", "DocumentDbModule"],
  ["A document database", "IDocumentDbConnection"],
  ["ketrics.Excel", "ExcelModule"],
  ["A workbook", "IExcelWorkbook"],
  ["A worksheet", "IExcelWorksheet"],
  ["A row", "IExcelRow"],
  ["A cell", "IExcelCell"],
  ["ketrics.Pdf", "PdfModule"],
  ["A document", "IPdfDocument"],
  ["A page", "IPdfPage"],
  ["A font", "PdfEmbeddedFont"],
  ["An image", "PdfEmbeddedImage"],
  ["ketrics.Job", "JobGroupedModule"],
  ["ketrics.Messages", "MessagesGroupedModule"],
  ["ketrics.Users", "UsersModule"],
  ["ketrics.Applications", "ApplicationsModule"],
  ["An application", "IApplicationConnection"],
  ["ketrics.AI", "AIModule"],
];

/** What SDK 0.7 to 0.9 had: these types whole, or the members of them that are named here. */
const oldest = {
  KetricsSdkV1: ["tenant", "application", "requestor", "runtime", "environment", "console", "http", "Volume", "DatabaseConnection", "Secret", "Excel", "Pdf", "Job", "Messages"],
  ConsoleLogger: true,
  HttpClient: ["get", "post", "put", "delete"],
  VolumeModule: ["connect"],
  IVolume: true,
  DatabaseModule: ["connect"],
  IDatabaseConnection: true,
  SecretModule: ["get", "exists"],
  ExcelModule: ["read", "create"],
  IExcelWorkbook: true,
  IExcelWorksheet: true,
  IExcelRow: true,
  IExcelCell: true,
  PdfModule: ["read", "create", "rgb"],
  IPdfDocument: true,
  IPdfPage: true,
  PdfEmbeddedFont: true,
  PdfEmbeddedImage: true,
  JobGroupedModule: ["runInBackground", "getStatus", "list"],
  MessagesGroupedModule: ["send", "sendBulk", "sendToGroup"],
  TenantContext: true,
  ApplicationContext: true,
  RequestorContext: ["type", "userId", "serviceAccountId", "serviceAccountCode", "name", "email", "applicationPermissions"],
  RuntimeContext: true,
};

/** A program of one package's declarations, and a look-up of its interfaces' members. */
function declarations(specifier, files = []) {
  const entry = createRequire(import.meta.url).resolve(specifier).replace(/\.js$/, ".d.ts");
  const program = ts.createProgram([entry, ...files], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    esModuleInterop: true,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
  const exported = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
  const members = (type) => {
    const found = exported.get(type);
    if (found === undefined) return [];
    const symbol = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
    return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
  };
  return { program, checker, members };
}

/** The functions of members/ by the declarations that they use. */
function uses(program, checker) {
  const found = new Map();
  const note = (symbol, name) => {
    for (const declaration of symbol?.declarations ?? []) {
      if (!found.has(declaration)) found.set(declaration, name);
    }
  };
  const visit = (node, name) => {
    if (ts.isPropertyAccessExpression(node)) note(checker.getSymbolAtLocation(node.name), name);
    if (ts.isObjectBindingPattern(node)) {
      const type = checker.getTypeAtLocation(node);
      for (const element of node.elements) {
        const property = (element.propertyName ?? element.name).getText();
        note(checker.getPropertyOfType(type, property), name);
      }
    }
    ts.forEachChild(node, (child) => visit(child, name));
  };
  for (const source of program.getSourceFiles()) {
    if (!source.fileName.startsWith(join(root, "members/"))) continue;
    for (const statement of source.statements) {
      const isExported = statement.modifiers?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword);
      if (ts.isFunctionDeclaration(statement) && isExported && !source.fileName.endsWith("expect.ts")) {
        visit(statement, statement.name.text);
      }
    }
  }
  return found;
}

const ours = declarations("@ketrics/sdk-backend", [join(root, "members/index.ts")]);
const versions = [declarations("ketrics-sdk-0.11"), declarations("ketrics-sdk-0.17")];
const used = uses(ours.program, ours.checker);
const flat = new Set(ours.members("FlatNames").map((symbol) => symbol.name));
const missing = [];

const mark = (has) => (has ? "yes" : "");

function row(type, symbol) {
  const { name } = symbol;
  const test = symbol.declarations.map((declaration) => used.get(declaration)).find(Boolean);
  if (test === undefined) missing.push(`${type}.${name}`);
  const inOldest = oldest[type] === true || oldest[type]?.includes(name);
  const later = versions.map(({ members }) => members(type).some((one) => one.name === name));
  return `| \`${name}\` | ${[mark(inOldest), ...later.map(mark)].join(" | ")} | \`${test}\` |`;
}

const lines = [
  "<!-- Made from types/dist and tests/apps/members by `make docs`. Change it there. -->",
  "",
  "# The SDK, member by member",
  "",
  "Which versions of `@ketrics/sdk-backend` have a member, and the function of `tests/apps/members` that uses it. The end-to-end test `members` calls every one of these functions on the running system. What a member does, its limits and its errors stand in the types (`types/dist`), where an editor shows them.",
  "",
];
for (const [title, type] of sections) {
  const members = ours.members(type).filter(({ name }) => type !== "KetricsSdkV1" || !flat.has(name) || name === "DatabaseConnection");
  lines.push(`## ${title.startsWith("ketrics") ? `\`${title}\`` : title}`, "", "| member | 0.7–0.9 | 0.11 | 0.17 | used by |", "|---|---|---|---|---|");
  lines.push(...members.map((symbol) => row(type, symbol)), "");
}
const names = [...flat].filter((name) => name !== "DatabaseConnection").map((name) => `\`${name}\``);
lines.push(
  "## Flat names of 0.7 to 0.9",
  "",
  `Directly on \`ketrics\`, the same classes and guards as in the modules; \`flatNames\` holds every one against them: ${names.join(", ")}.`,
  "",
);

if (missing.length > 0) {
  console.error(`no function of tests/apps/members uses: ${missing.join(", ")}`);
  process.exit(1);
}
const text = lines.join("\n");
if (!process.argv.includes("--check")) writeFileSync(page, text);
else if (readFileSync(page, "utf8") !== text) {
  console.error("docs/sdk.md is not current; run `make docs`");
  process.exit(1);
}
