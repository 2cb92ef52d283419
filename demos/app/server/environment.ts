/** What the environment may say about this program. */
export interface Environment {
  readonly port: number;
  /** Of a service elsewhere; without one the emulator is started here. */
  readonly connectionString?: string;
}

const DEFAULT_PORT = 8081;

/** @throws RangeError when PORT is no port */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const { PORT, WEBPUBSUB_CONNECTION_STRING: connectionString } = env;
  const port = PORT ? Number(PORT) : DEFAULT_PORT;
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new RangeError(`PORT must be a whole number from 0 to 65535, not "${PORT}"`);
  }
  return { port, ...(connectionString && { connectionString }) };
}
