import type { Link } from "../socket/link.js";

/**
 * Where the session stands, as far as sending goes: without one; with a live link but rejoins still under way, so that
 * only joins and leaves go; ready; with its link lost, until the next one has proved alive; or, with or without a
 * session, with a link that has, while that is told, before anything goes out.
 */
export type Outlet =
  | { readonly status: "closed"; readonly session?: undefined }
  | { readonly status: "joining" | "ready"; readonly session: string; readonly link: Link }
  | { readonly status: "down"; readonly session: string }
  | { readonly status: "alive"; readonly session?: string | undefined };
