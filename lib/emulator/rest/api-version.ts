import type { Parameters } from "./parameters.js";
import { badRequest } from "./rest-error.js";

const versions: readonly string[] = ["2021-10-01", "2022-11-01", "2023-07-01", "2024-01-01", "2024-12-01"];

export const SUPPORTED_VERSIONS = versions.join(", ");

/** Left out, it is the newest; every version has the same operations here. @throws RestError */
export function checkApiVersion(query: Parameters): void {
  const version = query.one("api-version");
  if (version !== undefined && !versions.includes(version)) {
    throw badRequest(`The api-version must be one of ${SUPPORTED_VERSIONS}.`, "api-version");
  }
}
