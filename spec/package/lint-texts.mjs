/*
 * Lints texts as if they stood in files of this project: [{ file, text }] on stdin, [[{ rule, message }]] on stdout.
 * A program of its own, because ESLint's configuration is an ES module and jest runs ours as CommonJS.
 */
import { text } from "node:stream/consumers";
import { ESLint } from "eslint";

const eslint = new ESLint({
  // The files do not exist, so there are no types; the rules that need them are left out.
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => /^(project|import-x)\/|^no-/.test(ruleId),
});

const results = [];
for (const { file, text: source } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(source, { filePath: file });
  results.push(result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message })));
}
process.stdout.write(JSON.stringify(results));
