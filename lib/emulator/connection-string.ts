/** Where a service is, and the key that signs and checks its tokens. */
export interface ServiceAddress {
  /** `http(s)://host[:port]`, without a slash at its end. */
  readonly endpoint: string;
  readonly accessKey: string;
}

/** As server SDKs take it (service-surface §1.1). */
export const connectionStringOf = ({ endpoint, accessKey }: ServiceAddress): string =>
  `Endpoint=${endpoint};AccessKey=${accessKey};Version=1.0;`;

/**
 * Reads a connection string by the rules of the official server SDK: in any order, names in any case, other names ignored.
 *
 * @throws TypeError when something is missing or wrong; the key is not in the message
 */
export function readConnectionString(text: string): ServiceAddress {
  const fields = new Map(
    text
      .split(";")
      .map((field) => /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(field))
      // Keys end in `=` themselves.
      .map((match) => [match?.[1]?.toLowerCase(), match?.[2]] as const),
  );
  const endpoint = fields.get("endpoint");
  const accessKey = fields.get("accesskey");
  if (!endpoint) throw wrong("it has no Endpoint");
  if (!accessKey) throw wrong("it has no AccessKey");
  return { endpoint: readEndpoint(endpoint, fields.get("port")), accessKey };
}

function readEndpoint(text: string, port: string | undefined): string {
  const address = text.startsWith("http") ? text : `https://${text}`;
  if (!/^https?:\/\/[^/]/.test(address) || !URL.canParse(address)) {
    throw wrong(`its Endpoint is ${JSON.stringify(text)}, which is not an http or https URL`);
  }
  const url = new URL(address);
  if (port) {
    if (!/^\d+$/.test(port) || Number(port) > 65_535) throw wrong(`its Port is ${JSON.stringify(port)}`);
    url.port = port;
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

const wrong = (what: string): TypeError =>
  new TypeError(`a connection string reads Endpoint=https://…;AccessKey=…;Version=1.0; but ${what}`);
