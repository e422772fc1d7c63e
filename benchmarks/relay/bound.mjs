// The bound: `ws` hands a frame to the other socket of its session; no broker, no storage, no second process.
import { WebSocketServer } from "ws";

const consoles = new Map();
const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket, request) => {
  const [, side, session] = request.url.split("/");
  if (side === "console") consoles.set(session, socket);
  else socket.on("message", (frame) => consoles.get(session)?.send(frame));
  socket.send("ready");
});
