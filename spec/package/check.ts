/*
 * `npm run check:package`: packs the package and uses the tarball as strangers would, in blank projects of each kind.
 * Everything happens in a folder below the system's temporary one, which is removed at the end.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build, type Metafile } from "esbuild";

const root = path.resolve(import.meta.dirname, "../..");
const consumers = path.join(import.meta.dirname, "consumers");
const work = mkdtempSync(path.join(tmpdir(), "rx-webpubsub-check-"));

const MAX_TARBALL_BYTES = 550_000;
/** The oldest rxjs of the peer range, and the one that this repository is built with. */
const oldestRxjs = "7.8.0";
const { rxjs: newestRxjs } = (readJson(path.join(root, "package.json")) as { devDependencies: { rxjs: string } })
  .devDependencies;

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Runs a program; its output is shown when it fails, and a program that does not end by itself fails. */
function run(cwd: string, program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
  } catch (error) {
    const { stdout, stderr, signal } = error as { stdout?: string; stderr?: string; signal?: string };
    const ending = signal ? `did not end by itself (${signal})` : "failed";
    throw new Error([`${path.basename(program)} ${args.join(" ")} ${ending}`, stdout, stderr].join("\n"), {
      cause: error,
    });
  }
}

const node = (cwd: string, ...args: string[]) => run(cwd, process.execPath, ...args);
const npm = (cwd: string, ...args: string[]) => run(cwd, "npm", ...args);
/** A tool of this repository, run elsewhere. */
const tool = (cwd: string, name: string, ...args: string[]) =>
  run(cwd, path.join(root, "node_modules/.bin", name), ...args);

let current = "";

async function step(title: string, action: () => unknown): Promise<void> {
  current = title;
  const start = performance.now();
  const note = await action();
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  console.log(`✓ ${title}${typeof note === "string" ? `: ${note.trim()}` : ""} (${seconds} s)`);
}

let tarball = "";

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function pack(): string {
  npm(root, "run", "build");
  // The build is there; `prepack` would run it again and print into the JSON.
  const [packed] = JSON.parse(npm(root, "pack", "--ignore-scripts", "--json", "--pack-destination", work)) as [Packed];
  tarball = path.join(work, packed.filename);
  const names = packed.files.map((file) => file.path);
  for (const name of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"]) {
    assert.ok(names.includes(name), `the tarball has no ${name}`);
  }
  const strangers = names.filter((name) => name.includes("/") && !/^dist\/.+\.(c?js|c?js\.map|d\.c?ts)$/.test(name));
  assert.deepEqual(strangers, [], "nothing but the build is packed");
  for (const name of names.filter((each) => /\.(c?js|d\.c?ts)$/.test(each))) {
    const map = /\/\/# sourceMappingURL=(.+)\s*$/.exec(readFileSync(path.join(root, name), "utf8"))?.[1];
    assert.ok(!map || names.includes(`${path.dirname(name)}/${map}`), `${name} names a source map that is not there`);
  }
  assert.ok(packed.size <= MAX_TARBALL_BYTES, `the tarball has ${packed.size} bytes, ${MAX_TARBALL_BYTES} are allowed`);
  return `${names.length} files, ${Math.round(packed.size / 1_000)} kB`;
}

/** A blank project below the working folder, with the tarball and rxjs installed and a consumer's files copied in. */
function project(name: string, type: "module" | "commonjs", rxjs: string): string {
  const folder = path.join(work, name);
  mkdirSync(folder);
  cpSync(path.join(consumers, name), folder, { recursive: true });
  cpSync(path.join(consumers, "scenario.cjs"), path.join(folder, "scenario.cjs"));
  const dependencies = { rxjs, "rx-webpubsub": `file:${tarball}` };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, type, dependencies }));
  npm(folder, "install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error");
  return folder;
}

function compile(folder: string, title: string, files: string[], compilerOptions: object): void {
  const config = path.join(folder, `tsconfig.${title}.json`);
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    target: "ES2022",
    lib: ["ES2022"],
  };
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files }));
  tool(folder, "tsc", "-p", config);
}

/** Editors show a doc comment that stands before its member, and the bundler of the types has put some behind the one above. */
function commentsArePlaced(folder: string): void {
  const types = path.join(folder, "node_modules/rx-webpubsub/dist/node");
  for (const file of readdirSync(types, { recursive: true, encoding: "utf8" })) {
    if (!/\.d\.c?ts$/.test(file)) continue;
    const misplaced = /.*; \/\*\*.*/.exec(readFileSync(path.join(types, file), "utf8"));
    if (misplaced) throw new Error(`${file}: a doc comment at the end of a line: ${misplaced[0]}`);
  }
}

function typescriptProject(): void {
  const folder = project("typescript", "module", newestRxjs);
  commentsArePlaced(folder);
  const copy = (from: string, to: string) => {
    cpSync(path.join(folder, from), path.join(folder, to));
  };
  copy("portable.mts", "portable.cts");
  copy("portable.mts", "portable-bundler.ts");
  copy("node.mts", "node.cts");
  const nodeNext = { module: "NodeNext", moduleResolution: "NodeNext" };
  const portable = ["portable.mts", "portable.cts", "rxjs-needs.d.ts"];
  compile(folder, "portable", portable, { ...nodeNext, types: [], noEmit: true });
  const bundler = { module: "ESNext", moduleResolution: "Bundler", types: [], noEmit: true };
  compile(folder, "bundler", ["portable-bundler.ts", "rxjs-needs.d.ts"], bundler);
  // What `tsc` falls back on for CommonJS knows no `exports`.
  const commonJs = { module: "CommonJS", moduleResolution: "node10", types: [], noEmit: true };
  compile(folder, "node10", ["portable-bundler.ts", "rxjs-needs.d.ts"], commonJs);
  compile(folder, "browser", ["portable-bundler.ts", "rxjs-needs.d.ts"], { ...bundler, customConditions: ["browser"] });

  mkdirSync(path.join(folder, "node_modules/@types"), { recursive: true });
  symlinkSync(path.join(root, "node_modules/@types/node"), path.join(folder, "node_modules/@types/node"), "dir");
  compile(folder, "node", ["node.mts", "node.cts"], { ...nodeNext, types: ["node"], outDir: "out" });
  node(folder, "out/node.mjs");
  node(folder, "out/node.cjs");
}

/** What a bundle for browsers may hold: rxjs, the log, and the browser build, which has no second copy beside it. */
function assertPortable({ inputs }: Metafile): void {
  const allowed = [
    /\/rxjs\//,
    /\/tslib\//,
    /\/@azure\/logger\//,
    /\/@typespec\/ts-http-runtime\//,
    /\/rx-webpubsub\/dist\/browser\//,
  ];
  const files = Object.keys(inputs).filter((file) => file.includes("node_modules/"));
  const others = files.filter((file) => !allowed.some((pattern) => pattern.test(`/${file}`)));
  assert.deepEqual(others, [], "a browser bundle holds no ws, no emulator and nothing of Node");
  assert.ok(files.some((file) => file.includes("/rx-webpubsub/dist/browser/")));
}

async function browserProject(): Promise<string> {
  const folder = project("browser", "module", newestRxjs);
  const bundles = await Promise.all(
    (["import", "require"] as const).map(async (kind) => {
      const entry = path.join(folder, `${kind}.js`);
      const outfile = path.join(folder, `bundle-${kind}.mjs`);
      const text = readFileSync(path.join(folder, "program.js"), "utf8");
      // `require` takes the CommonJS files of the package, as bundlers do for a CommonJS program.
      const required = text.replace(/import (\{.*\}) from (".*");/g, "const $1 = require($2);");
      writeFileSync(entry, kind === "import" ? text : required);
      const common = {
        absWorkingDir: folder,
        bundle: true,
        platform: "browser",
        format: "esm",
        logLevel: "silent",
      } as const;
      const { metafile } = await build({ ...common, entryPoints: [entry], outfile, metafile: true, minify: true });
      assertPortable(metafile);
      return { outfile, bytes: Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0) };
    }),
  );
  node(folder, "run.mjs", ...bundles.map(({ outfile }) => outfile));
  return `${bundles.map(({ bytes }) => `${Math.round(bytes / 1_000)} kB`).join(" and ")} minified, rxjs included`;
}

/** Jest with jsdom sets the condition `browser` in Node: there every entry point resolves, the emulator to its only build. */
function browserConditions(folder: string): void {
  const resolve = (kind: string, text: string) =>
    JSON.parse(node(folder, "--conditions=browser", `--input-type=${kind}`, "--eval", text)) as string[];
  const entries = JSON.stringify(["rx-webpubsub", "rx-webpubsub/operators", "rx-webpubsub/emulator"]);
  const base = path.join(folder, "node_modules/rx-webpubsub/dist");
  const below = (file: string) => path.relative(base, file).replaceAll(path.sep, "/");
  assert.deepEqual(
    resolve("commonjs", `console.log(JSON.stringify(${entries}.map((entry) => require.resolve(entry))))`).map(below),
    ["browser/index.cjs", "browser/operators/index.cjs", "node/emulator/index.cjs"],
  );
  assert.deepEqual(
    resolve(
      "module",
      `import { fileURLToPath } from "node:url";
       console.log(JSON.stringify(${entries}.map((entry) => fileURLToPath(import.meta.resolve(entry)))))`,
    ).map(below),
    ["browser/index.js", "browser/operators/index.js", "node/emulator/index.js"],
  );
}

/** Nobody pays for what they do not import: the files that each entry loads. */
function loadsOnlyItsOwn(folder: string): void {
  const loaded = (entry: string) =>
    JSON.parse(
      node(folder, "--eval", `require("${entry}"); console.log(JSON.stringify(Object.keys(require.cache)))`),
    ) as string[];
  const foreign: [entry: string, files: RegExp][] = [
    ["rx-webpubsub", /\/(commander|hono|jsonwebtoken|zod|emulator|command)\//],
    ["rx-webpubsub/operators", /\/(commander|hono|jsonwebtoken|ws|zod|emulator|command)\//],
    // HTTP is loaded when a port is asked for.
    ["rx-webpubsub/emulator", /\/(commander|hono|zod|command)\//],
  ];
  for (const [entry, files] of foreign) {
    assert.deepEqual(
      loaded(entry).filter((file) => files.test(file)),
      [],
      `${entry} loads what it does not need`,
    );
  }
}

/** The command, as npx finds it. */
function command(folder: string): string {
  const bin = path.join(folder, "node_modules/.bin/rx-webpubsub");
  assert.match(run(folder, bin, "emulator", "--help"), /--hub/);
  const url = run(folder, bin, "token", "Endpoint=https://h.example;AccessKey=k;", "--hub", "chat");
  assert.match(url, /^wss:\/\/h\.example\/client\/hubs\/chat\?access_token=\S+\n$/);
  // What the file says is checked by a library of its own.
  writeFileSync(path.join(folder, "emulator.json"), '{ "port": "80" }');
  assert.throws(
    () => run(folder, bin, "emulator", "--config", "emulator.json"),
    /rx-webpubsub: emulator\.json: port is "80": it must be a whole number/,
  );
  assert.throws(
    () => run(folder, bin, "connect", url.trim(), "--user", "x"),
    /rx-webpubsub: --user and --role go with/,
  );
  return run(folder, bin, "--version");
}

function jsdomProject(): void {
  const folder = project("jsdom", "commonjs", newestRxjs);
  tool(folder, "jest", "--env", path.join(root, "node_modules/jest-environment-jsdom"));
}

try {
  await step("build and pack", pack);
  await step("publint", () => {
    tool(root, "publint", tarball, "--strict");
  });
  await step("are the types wrong", () => {
    tool(root, "attw", tarball, "--profile", "node16");
  });
  await step("a blank ESM project", () => {
    const folder = project("esm", "module", oldestRxjs);
    browserConditions(folder);
    return node(folder, "program.mjs");
  });
  await step("a blank CommonJS project", () => {
    const folder = project("cjs", "commonjs", newestRxjs);
    loadsOnlyItsOwn(folder);
    return node(folder, "program.cjs");
  });
  await step("the command", () => command(path.join(work, "cjs")));
  await step("a test of a user's own, in jest with jsdom", jsdomProject);
  await step("a TypeScript project", typescriptProject);
  await step("a browser bundle", browserProject);
} catch (error) {
  console.error(`✗ ${current}\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
