/* Rules of this project's own: who may import what, and where time comes from. */
import path from "node:path";

const root = import.meta.dirname;

/** Each folder of lib (or file, without `.ts`) and those that it may import from. Nothing else may be imported. */
const folders = {
  protocol: [],
  errors: ["protocol"],
  logging: ["protocol"],
  operators: [],
  socket: ["protocol", "errors", "logging"],
  session: ["socket", "operators", "protocol", "errors", "logging"],
  client: ["session", "socket", "operators", "protocol", "errors", "logging"],
  index: ["client", "session", "socket", "operators", "protocol", "errors", "logging"],
  emulator: ["protocol", "logging"],
  command: ["emulator", "client", "index", "protocol"],
};

/** Each package and the folders or files of lib that may import it. */
const packages = {
  rxjs: ["operators", "socket", "session", "client", "index", "emulator", "command"],
  "rxjs/webSocket": ["socket/link.ts"],
  ws: ["socket/platform-web-socket.ts", "emulator"],
  "@azure/logger": ["logging", "command"],
  commander: ["command"],
  zod: ["command"],
  jsonwebtoken: ["emulator"],
  hono: ["emulator"],
  "@hono/node-server": ["emulator"],
  "node:": ["emulator", "command"],
};

const folderOf = (file) => file.split("/")[0].replace(/\.ts$/, "");

const mayUse = (file, users) =>
  users.some((user) => file === user || file.startsWith(`${user}/`) || folderOf(file) === user);

function usersOf(specifier) {
  if (specifier.startsWith("node:")) return packages["node:"];
  const parts = specifier.split("/");
  const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
  // An entry of rxjs other than the main one has to be named above; the entries of other packages go with the package.
  return packages[specifier] ?? (name === "rxjs" ? undefined : packages[name]);
}

/** What is wrong with this import, or nothing. Files are named by their path below lib. */
function objection(file, specifier) {
  if (!specifier.startsWith(".")) {
    const users = usersOf(specifier);
    if (!users) return `no part of lib may import "${specifier}"; a new dependency is listed in eslint.rules.js`;
    return mayUse(file, users) ? undefined : `only ${users.join(", ")} may import "${specifier}"`;
  }
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  if (target.startsWith("..")) return `lib may not import "${specifier}" from outside lib`;
  const from = folderOf(file);
  const to = folderOf(target.replace(/\.js$/, ""));
  const allowed = folders[from];
  if (!allowed) return `the folder ${from} is not listed in eslint.rules.js`;
  if (from === to || allowed.includes(to)) return undefined;
  return `${from} may import only from ${allowed.join(", ") || "itself"}, not from ${to}`;
}

const importDirection = {
  meta: { type: "problem", schema: [], messages: { direction: "Import direction: {{objection}}." } },
  create(context) {
    const file = path.relative(path.join(root, "lib"), context.filename).split(path.sep).join("/");
    if (file.startsWith("..")) return {};
    const check = (source) => {
      if (source?.type !== "Literal" || typeof source.value !== "string") return;
      const found = objection(file, source.value);
      if (found) context.report({ node: source, messageId: "direction", data: { objection: found } });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
    };
  },
};

const timed = new Set([
  "auditTime",
  "bufferTime",
  "debounceTime",
  "delay",
  "interval",
  "sampleTime",
  "throttleTime",
  "timeInterval",
  "timeout",
  "timeoutWith",
  "timer",
  "timestamp",
  "windowTime",
]);

/** RxJS falls back to the real clock where no scheduler is given: a call that forgets it escapes virtual time. */
const explicitScheduler = {
  meta: {
    type: "problem",
    schema: [],
    messages: { scheduler: "{{name}} needs the scheduler passed to it (as an argument named …scheduler)." },
  },
  create(context) {
    const imported = new Map();
    return {
      'ImportDeclaration[source.value="rxjs"] > ImportSpecifier'(node) {
        if (timed.has(node.imported.name)) imported.set(node.local.name, node.imported.name);
      },
      "CallExpression[callee.type='Identifier']"(node) {
        const name = imported.get(node.callee.name);
        if (!name) return;
        const text = node.arguments.map((argument) => context.sourceCode.getText(argument));
        if (!text.some((argument) => /scheduler/i.test(argument))) {
          context.report({ node, messageId: "scheduler", data: { name } });
        }
      },
    };
  },
};

export default { rules: { "import-direction": importDirection, "explicit-scheduler": explicitScheduler } };
