/*
 * `npm run api`: compares the public names of each entry point of the build with the reports beside this file, and fails
 * when one has changed. `npm run api -- --local` writes the reports anew; the change is then seen in the review.
 */
import path from "node:path";
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type IConfigFile,
} from "@microsoft/api-extractor";

const root = path.resolve(import.meta.dirname, "../..");
const localBuild = process.argv.includes("--local");
const entries = { index: "index", operators: "operators/index", emulator: "emulator/index" };

const none = { logLevel: ExtractorLogLevel.None };

const configOf = (name: string, file: string): ExtractorConfig => {
  const configObject: IConfigFile = {
    projectFolder: root,
    mainEntryPointFilePath: `<projectFolder>/dist/node/${file}.d.ts`,
    compiler: { tsconfigFilePath: "<projectFolder>/tsconfig.json" },
    apiReport: {
      enabled: true,
      reportFolder: "<projectFolder>/spec/api",
      reportTempFolder: "<projectFolder>/.temp",
      reportFileName: name,
      includeForgottenExports: true,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    newlineKind: "lf",
    messages: {
      extractorMessageReporting: {
        // Types that public ones are made of have no name outside; the reports hold them all the same.
        "ae-forgotten-export": none,
        // What is exported is public; TypeDoc looks after the comments.
        "ae-missing-release-tag": none,
        "ae-unresolved-link": none,
      },
      tsdocMessageReporting: { default: none },
    },
  };
  return ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(root, "package.json"),
  });
};

const configs = Object.entries(entries).map(([name, file]) => ({ name, config: configOf(name, file) }));
const [first, ...others] = configs;
if (!first) throw new Error("there are no entries");
const compilerState = CompilerState.create(first.config, {
  additionalEntryPoints: others.map(({ config }) => config.mainEntryPointFilePath),
});

let changed = false;
for (const { name, config } of configs) {
  const result = Extractor.invoke(config, {
    localBuild,
    compilerState,
    printApiReportDiff: true,
    messageCallback: (message) => {
      // Which version of TypeScript it analyses with.
      if (message.messageId.startsWith("console-compiler-version") || message.messageId === "console-preamble") {
        message.handled = true;
      }
    },
  });
  changed ||= !result.succeeded;
  console.log(`${result.succeeded ? "✓" : "✗"} ${name}`);
}
if (changed) {
  console.error("A public name has changed. If it should: npm run api -- --local, and commit the reports.");
  process.exitCode = 1;
}
