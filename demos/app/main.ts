/*
 * `npm run demo:app`: a chat whose page shows how its connection is doing. Prints where, and runs until Ctrl-C.
 *
 * It brings its own service, the emulator; with WEBPUBSUB_CONNECTION_STRING it uses that service. PORT names the port of
 * the page, 0 takes a free one.
 */
import { exhaustMap, fromEvent, merge } from "rxjs";
import { startApp } from "./server/app.js";
import { readEnvironment } from "./server/environment.js";

try {
  const app = await startApp(readEnvironment(process.env));
  console.log(`Open ${app.url} in two windows. ${app.service} Ctrl-C ends it.`);
  merge(fromEvent(process, "SIGINT"), fromEvent(process, "SIGTERM"))
    // Ctrl-C under npm arrives twice: from the terminal, and from npm that passes it on.
    .pipe(exhaustMap(() => app.stop()))
    .subscribe();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
