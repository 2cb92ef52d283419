import type { Hub } from "../hub.js";
import type { Session } from "../session.js";
import { compileFilter, type Filter } from "./filter/compile.js";
import { FilterError } from "./filter/filter-error.js";
import type { Parameters } from "./parameters.js";
import { badRequest } from "./rest-error.js";
import type { RestRequest } from "./rest-request.js";

/** What the data plane needs beyond the hubs. */
export interface DataPlaneSettings {
  readonly accessKey: string;
  /** Epoch milliseconds. */
  now(): number;
  hub(name: string): Hub;
}

/** One request, once it is known to be allowed and what it is for. */
export interface Call<Name extends string = never> {
  readonly settings: DataPlaneSettings;
  readonly hub: Hub;
  readonly query: Parameters;
  readonly request: RestRequest;
  /** What the path says. */
  readonly path: (name: Name) => string;
}

/** Chooses connections of a hub, also those that are detached and could be recovered (service-surface §3.2). */
export type Choice = (session: Session) => boolean;

export const everyone: Choice = () => true;
export const user =
  (userId: string): Choice =>
  (session) =>
    session.userId === userId;
export const member =
  (group: string): Choice =>
  (session) =>
    session.groups.has(group);

/** The connections at this moment, in a list of its own: what is done to them may end them. */
export const choose = (hub: Hub, ...choices: readonly Choice[]): Session[] =>
  [...hub.sessions].filter((session) => choices.every((choice) => choice(session)));

/** @throws RestError for a wrong filter; an empty one is as good as none */
export function filtered(text: string | null | undefined): Choice {
  if (!text) return everyone;
  const filter = compile(text);
  return ({ connectionId, userId, groups, codec }) =>
    filter({ connectionId, userId, groups, protocol: codec.protocol || undefined });
}

function compile(text: string): Filter {
  try {
    return compileFilter(text);
  } catch (error) {
    throw error instanceof FilterError ? badRequest(error.message, "filter") : error;
  }
}

export function notExcluded(query: Parameters): Choice {
  const excluded = new Set(query.all("excluded"));
  return ({ connectionId }) => !excluded.has(connectionId);
}
