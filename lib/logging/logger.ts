import { createClientLogger } from "@azure/logger";
import { redact } from "../protocol/redact.js";

/**
 * A log that is part of Azure's: `AZURE_LOG_LEVEL=verbose` or `setLogLevel` of `@azure/logger` turn it on.
 * Every line is redacted.
 */
export function loggerNamed(name: string) {
  const azureLogger = createClientLogger(name);
  const line = (level: "verbose" | "info" | "warning") => (text: () => string) => {
    // The text is made only when someone reads it: at the default level a log line costs one comparison.
    try {
      if (azureLogger[level].enabled) azureLogger[level](redact(text()));
    } catch {
      // What cannot be told harms nobody.
    }
  };
  return {
    /** Each step of a connection. */
    verbose: line("verbose"),
    /** Changes of the connection's state. */
    info: line("info"),
    /** What someone should look into. */
    warning: line("warning"),
  };
}

/** The client's log. */
export const logger = loggerNamed("rx-webpubsub");
