/** What the roles of one connection allow (client-protocol §17). */
export interface Permissions {
  mayJoinOrLeave(group: string): boolean;
  maySendTo(group: string): boolean;
}

/** A role without a group's name allows every group, one with a name that group exactly, dots and all. */
export function permissionsOf(roles: readonly string[]): Permissions {
  const held = new Set(roles);
  const allows = (role: string, group: string): boolean => held.has(role) || held.has(`${role}.${group}`);
  return {
    mayJoinOrLeave: (group) => allows("webpubsub.joinLeaveGroup", group),
    maySendTo: (group) => allows("webpubsub.sendToGroup", group),
  };
}
