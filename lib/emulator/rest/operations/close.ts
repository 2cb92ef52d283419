import { hubHandle } from "../../hub-handle.js";
import { choose, everyone, member, notExcluded, user, type Call, type Choice } from "../call.js";
import { noContent, type RestResponse } from "../rest-request.js";

export const closeAll = (call: Call): RestResponse => close(call, everyone);

export const closeUser = (call: Call<"userId">): RestResponse => close(call, user(call.path("userId")));

export const closeGroup = (call: Call<"group">): RestResponse => close(call, member(call.path("group")));

export function closeConnection(call: Call<"connectionId">): RestResponse {
  hubHandle(call.hub).closeConnection(call.path("connectionId"), call.query.one("reason"));
  return noContent;
}

function close({ hub, query }: Call, choice: Choice): RestResponse {
  const reason = query.one("reason");
  const application = hubHandle(hub);
  for (const { connectionId } of choose(hub, choice, notExcluded(query))) {
    application.closeConnection(connectionId, reason);
  }
  return noContent;
}
