// The same relay with socket.io and its Redis adapter: a visitor's frame goes to the room of its session.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const publish = createClient({ url: process.env.REDIS_URL });
const subscribe = publish.duplicate();
await Promise.all([publish.connect(), subscribe.connect()]);
const server = createServer();
const io = new Server(server, { transports: ["websocket"], adapter: createAdapter(publish, subscribe) });
io.on("connection", (socket) => {
  const { side, session } = socket.handshake.query;
  if (side === "console") socket.join(session);
  else socket.on("frame", (frame) => socket.to(session).emit("frame", frame));
});
server.listen(Number(process.argv[2]), "127.0.0.1");
