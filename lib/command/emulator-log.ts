import { AzureLogger, setLogLevel } from "@azure/logger";
import { asyncScheduler } from "rxjs";

/** Writes what the emulator logs to stderr, each line with the time of day. */
export function logTraffic(level: "verbose" | "warning"): void {
  AzureLogger.log = (line: string) => {
    const time = new Date(asyncScheduler.now()).toTimeString().slice(0, 8);
    const text = line.replace(/^azure:rx-webpubsub:(emulator:|(upstream):)(verbose|warning) /, "$2 ").trimStart();
    process.stderr.write(`${time} ${text}\n`);
  };
  setLogLevel(level);
}
