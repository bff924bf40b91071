/** What one client may do to the service; beyond it, it is told so and cut off. */
export const limits = {
  /** WebSockets at once. */
  connections: 1000,
  channelsPerConnection: 100,
  bindingsPerChannel: 100,
  /** Bytes of one frame from a client. */
  messageBytes: 1024 * 1024,
  /** Frames a second from one client, heartbeats aside, and how many it may send in one go. */
  messagesPerSecond: 100,
  messageBurst: 300,
  /** Bytes waiting for a client that doesn't read; more than this and it is cut off. */
  unsentBytes: 8 * 1024 * 1024,
  /** How often connections are pinged; one that answered nothing since the last ping is dead. Milliseconds. */
  pingInterval: 30_000,
  /** How long a client has to answer the close handshake before its socket is destroyed. Milliseconds. */
  closeGrace: 2_000,
};
