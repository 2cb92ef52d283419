import type { Link } from "../socket/link.js";

/**
 * Where the session stands, as far as sending goes: without one; with a live link but rejoins still under way, so that
 * only joins and leaves go; ready; with its link lost, until the next one has proved alive; or with one that has, while
 * that is told, before what is unacknowledged goes out again.
 */
export type Outlet =
  | { readonly status: "closed"; readonly session?: undefined }
  | { readonly status: "joining" | "ready"; readonly session: string; readonly link: Link }
  | { readonly status: "down" | "resuming"; readonly session: string };
