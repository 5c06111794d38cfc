// The barest grpc-js server: it gives back so many bytes, in a process of its own.
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { echo } from "./echo.ts";

process.once("message", ({ replyBytes }: { replyBytes: number }) => {
  const answer = Buffer.alloc(replyBytes, "a");
  const server = new Server();
  server.addService(echo, {
    echo: (_call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) => respond(null, answer),
  });
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.send?.(port);
  });
});
process.once("disconnect", () => process.exit(0));
