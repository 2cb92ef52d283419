import { member, user, type Call, type Choice } from "../call.js";
import { RestError } from "../rest-error.js";
import { ok, type RestResponse } from "../rest-request.js";

export const connectionExists = (call: Call<"connectionId">): RestResponse => {
  const connectionId = call.path("connectionId");
  return exists(call, "Connection", (session) => session.connectionId === connectionId);
};

export const groupExists = (call: Call<"group">): RestResponse => exists(call, "Group", member(call.path("group")));

export const userExists = (call: Call<"userId">): RestResponse => exists(call, "User", user(call.path("userId")));

function exists({ hub }: Call, kind: string, choice: Choice): RestResponse {
  for (const session of hub.sessions) {
    if (choice(session)) return ok;
  }
  throw new RestError(404, `Warning.${kind}.NotExisted`, `${kind} is not found.`, kind);
}
