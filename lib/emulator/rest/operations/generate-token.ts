import { invalidGroupName } from "../../../protocol/names.js";
import { signAccessToken } from "../../access-token.js";
import type { Call } from "../call.js";
import { badRequest, requireValid, RestError } from "../rest-error.js";
import type { RestResponse } from "../rest-request.js";

const DEFAULT_MINUTES = 60;
const MAX_MINUTES = 2_147_483_647;
const foreign = ["mqtt", "socketio"];

/** Signs an access token for a client of this hub, on the host that the caller uses (service-surface §1.4). */
export function generateToken({ settings, query, request, path }: Call<"hub">): RestResponse {
  const clientType = query.one("clientType")?.toLowerCase() ?? "default";
  if (foreign.includes(clientType)) {
    throw new RestError(501, "NotImplemented", `The emulator has no clients of type ${clientType}.`);
  }
  if (clientType !== "default") throw badRequest("The clientType must be 'Default'.", "clientType");
  const groups = query.all("group");
  for (const group of groups) requireValid(invalidGroupName(group), "group");
  const minutes = query.int("minutesToExpire", [1, MAX_MINUTES]) ?? DEFAULT_MINUTES;
  const content = {
    endpoint: `http://${request.host}`,
    hub: path("hub"),
    userId: query.one("userId"),
    roles: query.all("role"),
    groups,
    expiresAt: settings.now() + minutes * 60_000,
  };
  return { status: 200, body: { token: signAccessToken(content, settings.accessKey) } };
}
