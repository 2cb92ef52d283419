import { connectionStringOf, readConnectionString } from "../../lib/emulator/connection-string.js";

const KEY = "a+key/that=ends==";

describe("a connection string", () => {
  it.each<[string, string, string]>([
    [
      "as Azure writes it",
      `Endpoint=https://demo.webpubsub.azure.com;AccessKey=${KEY};Version=1.0;`,
      "https://demo.webpubsub.azure.com",
    ],
    ["in any order and case", `version=1.0;ACCESSKEY=${KEY};endpoint=http://localhost:8080/`, "http://localhost:8080"],
    ["with blanks and a line end", ` Endpoint = https://h ; AccessKey = ${KEY} ;\n`, "https://h"],
    ["without a scheme", `Endpoint=h.example;AccessKey=${KEY}`, "https://h.example"],
    ["with a port", `Endpoint=http://h;AccessKey=${KEY};Port=8080;`, "http://h:8080"],
    ["with a path", `Endpoint=https://h/proxy/;AccessKey=${KEY}`, "https://h/proxy"],
  ])("%s is read", (_, text, endpoint) => {
    expect(readConnectionString(text)).toEqual({ endpoint, accessKey: KEY });
  });

  it("comes back as it was written", () => {
    const service = { endpoint: "http://127.0.0.1:8080", accessKey: KEY };
    expect(readConnectionString(connectionStringOf(service))).toEqual(service);
  });

  it.each<[string, string, RegExp]>([
    ["an endpoint", `AccessKey=${KEY};`, /^a connection string reads Endpoint=.* but it has no Endpoint$/],
    ["a key", "Endpoint=https://h;", /but it has no AccessKey$/],
    ["anything", KEY, /but it has no Endpoint$/],
    ["an endpoint that is a URL", `Endpoint=http://;AccessKey=${KEY};`, /but its Endpoint is "http:\/\/", which is no/],
    ["a port", `Endpoint=https://h;Port=web;AccessKey=${KEY};`, /but its Port is "web"$/],
  ])("without %s is refused, and the key is not told", (_, text, message) => {
    expect(() => readConnectionString(text)).toThrow(message);
    expect(() => readConnectionString(text)).not.toThrow(KEY);
  });
});
