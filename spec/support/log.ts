import { AzureLogger, setLogLevel, type AzureLogLevel } from "@azure/logger";

/** Writes down what goes to Azure's log, up to a level, in each test of the file (or block) that calls this. */
export function recordLog(level: AzureLogLevel): readonly string[] {
  const lines: string[] = [];
  const { log } = AzureLogger;
  beforeEach(() => {
    lines.length = 0;
    AzureLogger.log = (...args: unknown[]) => void lines.push(args.map(String).join(" "));
    setLogLevel(level);
  });
  afterEach(() => {
    setLogLevel(undefined);
    AzureLogger.log = log;
  });
  return lines;
}
