import eslint from "@eslint/js";
import { defineConfig } from "eslint/config";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import rxjsX from "eslint-plugin-rxjs-x";
import tseslint from "typescript-eslint";
import project from "./eslint.rules.js";

const needsScheduler = "time comes from the scheduler only, so that every timer runs in virtual time";
const timers = ["setTimeout", "setInterval", "setImmediate", "requestAnimationFrame", "requestIdleCallback"];

const notPortable = "lib runs in browsers, Node and workers: reach this through globalThis and expect it to be missing";
const platform = ["process", "Buffer", "global", "window", "document", "navigator", "location"];

const banned = (names, message) => names.map((name) => ({ name, message }));

export default defineConfig(
  {
    // The programs of spec/package/consumers are compiled and run by `npm run check:package`, outside of this project.
    ignores: ["dist/**", "coverage/**", "docs/**", ".temp/**", "spec/package/consumers/**"],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked, rxjsX.configs.strict],
    plugins: { "import-x": importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/extensions": [".ts"],
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts"], extensionAlias: { ".js": [".ts"] } })],
    },
    rules: {
      "import-x/no-cycle": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // A number in a text needs no String() around it.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => stop()` is how a callback is written; the rule stays for values that are used.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // message["type"] marks a field of data whose shape nobody has promised, such as a frame from the wire.
      "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
      // Inside, a link and a session end in an error notification that says how; `throw` is for Errors all the same.
      "rxjs-x/throw-error": "off",
      // Most of our own streams never error, by contract; and an error that nobody handles is reported by RxJS, loudly.
      "rxjs-x/no-ignored-error": "off",
      // `_name` says that a parameter is there for its position only.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["lib/**/*.ts"],
    plugins: { project },
    rules: {
      "project/import-direction": "error",
      "project/explicit-scheduler": "error",
      "no-console": "error",
      "no-restricted-globals": ["error", ...banned(timers, needsScheduler)],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: needsScheduler },
        { object: "performance", property: "now", message: needsScheduler },
        ...timers.map((property) => ({ object: "globalThis", property, message: needsScheduler })),
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: needsScheduler },
        {
          // Naming Math.random as the default of an option is fine, calling it is not.
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: "chance comes from the option `random` only, so that tests can fix it",
        },
      ],
    },
  },
  {
    files: ["lib/**/*.ts"],
    ignores: ["lib/emulator/**", "lib/command/**"],
    rules: {
      "no-restricted-globals": ["error", ...banned(timers, needsScheduler), ...banned(platform, notPortable)],
    },
  },
  {
    // The parts of a session share records that hold Subjects; the classes that users meet expose none.
    files: ["lib/session/**/*.ts"],
    rules: { "rxjs-x/no-exposed-subjects": "off" },
  },
  {
    files: ["spec/**/*.ts", "demos/**/*.ts"],
    rules: {
      // A test knows what it put in, and a wrong guess fails it.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/require-await": "off",
      // A stream that ends without the value that was waited for is a failure, and EmptyError says so.
      "rxjs-x/no-ignored-default-value": "off",
      // What a test records it may keep as a whole, and share with its helpers.
      "rxjs-x/no-ignored-replay-buffer": "off",
      "rxjs-x/no-exposed-subjects": "off",
      // Tests subscribe inside of subscribers on purpose.
      "rxjs-x/no-nested-subscribe": "off",
    },
  },
  {
    files: ["spec/types/**/*.ts"],
    rules: {
      // These expressions are compiled, never run.
      "@typescript-eslint/no-floating-promises": "off",
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
      "@typescript-eslint/unbound-method": "off",
      "rxjs-x/no-floating-observables": "off",
    },
  },
  {
    files: ["spec/browser/*.js"],
    languageOptions: { globals: { document: "readonly", location: "readonly", URLSearchParams: "readonly" } },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
  },
);
