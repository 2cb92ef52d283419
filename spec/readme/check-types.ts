import path from "node:path";
import ts from "typescript";
import { root, type Snippet } from "./snippets.js";

const folder = path.join(root, "spec/readme");

/** What the compiler has against the snippets, by the lines of the README. */
export function typeErrors(snippets: readonly Snippet[]): string[] {
  const files = new Map(snippets.map((snippet) => [path.join(folder, `line-${snippet.line}.ts`), snippet]));
  const options = compilerOptions();
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => files.has(name) || disk.fileExists(name),
    getSourceFile(name, languageVersion, ...rest) {
      const snippet = files.get(name);
      if (!snippet) return disk.getSourceFile(name, languageVersion, ...rest);
      const header = 'declare const given: import("./given.js").Given; export {}; ';
      return ts.createSourceFile(name, header + snippet.code, languageVersion);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([name, { line }]) => {
    const file = program.getSourceFile(name);
    return ts.getPreEmitDiagnostics(program, file).map(({ start, messageText }) => {
      const at = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0;
      return `README.md:${line + at}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}

/** Those of the project, with the entries of the package where a user has the package. */
function compilerOptions(): ts.CompilerOptions {
  const file = path.join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  return {
    ...options,
    types: ["node"],
    paths: {
      "rx-webpubsub": [path.join(root, "lib/index.ts")],
      "rx-webpubsub/*": [path.join(root, "lib/*/index.ts")],
    },
  };
}
