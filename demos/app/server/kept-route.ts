import { Router } from "express";
import type { Archive } from "./archive.js";

/** `GET /rooms/lobby/messages`: what the archive has of a room. */
export const keptRoute = (archive: Archive): Router =>
  Router().get("/rooms/:room/messages", ({ params }, response) => {
    response.set("cache-control", "no-store").json(archive.messagesOf(params.room));
  });
