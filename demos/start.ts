/*
 * `npm start`: the client at work, step by step. Ends by itself, with exit code 1 if anything was not as it should be.
 *
 * It brings its own service, the emulator. With WEBPUBSUB_CONNECTION_STRING it uses that service and leaves out what needs
 * the server's side or a fault; `npx tsx lib/command/main.ts emulator --hub demo` prints such a string.
 */
import { heading, printSummary, say, type Outcome } from "./start/narrator.js";
import { emulatorHere, HUB, serviceElsewhere, type Place } from "./start/place.js";
import { stepsOf, type Step } from "./start/steps.js";
import { User } from "./start/user.js";

async function take({ title, run }: Step): Promise<Outcome> {
  heading(title);
  if (typeof run !== "function") {
    say(`left out: ${run.leftOut}`);
    return { title, result: "left out", note: run.leftOut };
  }
  const begun = performance.now();
  const since = (): number => performance.now() - begun;
  try {
    return { title, result: "ok", note: await run(), ms: since() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say(`FAILED: ${message}`);
    return { title, result: "FAILED", note: message.split("\n", 1).join(), ms: since() };
  }
}

async function perform(place: Place): Promise<readonly Outcome[]> {
  const { emulator } = place;
  const ann = new User("ann", place);
  const bob = new User("bob", place);
  const backstage = emulator && { server: emulator.hub(HUB), faults: emulator.faults };
  const outcomes: Outcome[] = [];
  for (const step of stepsOf({ place, ann, bob }, backstage)) {
    const failed = outcomes.find(({ result }) => result === "FAILED");
    outcomes.push(
      failed ? { title: step.title, result: "not run", note: `follows "${failed.title}"` } : await take(step),
    );
  }
  await Promise.all([ann.client.dispose(), bob.client.dispose()]);
  return outcomes;
}

try {
  const connectionString = process.env["WEBPUBSUB_CONNECTION_STRING"];
  const place = connectionString ? serviceElsewhere(connectionString) : await emulatorHere();
  say(`The service is ${place.name}.`);
  const outcomes = await perform(place);
  await place.close();
  printSummary(outcomes);
  if (outcomes.some(({ result }) => result === "FAILED")) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
