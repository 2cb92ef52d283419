export { decodeJsonFrame as decodeFrame } from "./json-decoder.js";
