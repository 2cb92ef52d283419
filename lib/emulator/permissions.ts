import { readRolePattern } from "./role-pattern.js";

/** What the roles of one connection allow (client-protocol §17). */
export interface Permissions {
  mayJoinOrLeave(group: string): boolean;
  maySendTo(group: string): boolean;
}

export function permissionsOf(roles: readonly string[]): Permissions {
  const joinLeave = new Permission("webpubsub.joinLeaveGroup", roles);
  const send = new Permission("webpubsub.sendToGroup", roles);
  return {
    mayJoinOrLeave: (group) => joinLeave.allows(group),
    maySendTo: (group) => send.allows(group),
  };
}

const MAX_LITERALS = 1_000;
const MAX_PATTERNS = 9;

/**
 * One permission, for every group or for some: the bare role is every group, the role and a name that very group, the
 * role's plural and a pattern all groups of such a name. What is invalid, or too much, grants nothing and harms nothing.
 */
class Permission {
  readonly #names = new Set<string>();
  readonly #patterns: ((group: string) => boolean)[] = [];
  #everything = false;

  constructor(role: string, granted: readonly string[]) {
    for (const one of granted) {
      if (one === role) this.#everything = true;
      else if (one.startsWith(`${role}.`)) this.#grantName(one.slice(role.length + 1));
      else if (one.startsWith(`${role}s.`)) this.#grantPattern(one.slice(role.length + 2));
    }
  }

  /** Names are looked up first, patterns tried from the newest to the oldest, and what is left is the default. */
  allows(group: string): boolean {
    return this.#names.has(group) || this.#patterns.some((matches) => matches(group)) || this.#everything;
  }

  #grantName(name: string): void {
    if (this.#names.size < MAX_LITERALS) this.#names.add(name);
  }

  #grantPattern(text: string): void {
    const pattern = readRolePattern(text);
    if (pattern?.type === "everything") this.#everything = true;
    else if (pattern?.type === "literal") this.#grantName(pattern.name);
    else if (pattern && this.#patterns.length < MAX_PATTERNS) this.#patterns.unshift((group) => pattern.matches(group));
  }
}
