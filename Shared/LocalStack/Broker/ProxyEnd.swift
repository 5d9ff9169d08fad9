import NIOCore

/// One end of a proxied connection: reads here, writes to its peer when conditions allow.
final class ProxyEnd: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Above this many bytes held back, it stops reading, as a full network would.
    private static let mostHeld = 4 << 20

    private let direction: TCPProxy.Direction
    private let conditions: ProxyConditions
    /// Who is told of what was read here, and passes on what he likes; all of it if nobody is.
    private var listener: ((ByteBuffer) -> Void)?
    /// The other end. The two keep each other alive until both are closed, because what one has
    /// read must reach the other even after its own side hung up.
    var peer: ProxyEnd?

    private var context: ChannelHandlerContext?
    private var held: [(due: NIODeadline, bytes: ByteBuffer)] = []
    private var heldBytes = 0
    private var ended = false
    private var readWaits = false
    private var wakeUp: Scheduled<Void>?

    init(_ direction: TCPProxy.Direction, _ conditions: ProxyConditions) {
        self.direction = direction
        self.conditions = conditions
    }

    /// Has what is read here looked at first. Until the connection has ended, the two keep each
    /// other alive.
    func listen(_ listener: @escaping (ByteBuffer) -> Void) { self.listener = listener }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        conditions.add(self)
        peer?.pump()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        guard let peer, peer.context == nil else { return }
        peer.finish()
        finish()
    }

    private func finish() {
        wakeUp?.cancel()
        held = []
        listener = nil
        peer = nil
        conditions.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if let listener { listener(bytes) } else { pass(bytes) }
    }

    /// Sends bytes the way that goes through this end.
    func pass(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        held.append((.now() + conditions.delay, bytes))
        heldBytes += bytes.readableBytes
        pump()
    }

    /// The far side hung up: whatever it said before still arrives.
    func channelInactive(context: ChannelHandlerContext) {
        ended = true
        pump()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        peer?.readOn()
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { readWaits = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func close() { context?.close(promise: nil) }

    /// Passes on what is due, if the direction is open.
    func pump() {
        guard !conditions.held.contains(direction), let peer, let out = peer.context else {
            return
        }
        let now = NIODeadline.now()
        let due = held.prefix { $0.due <= now }
        for (_, bytes) in due {
            heldBytes -= bytes.readableBytes
            out.write(peer.wrapOutboundOut(bytes), promise: nil)
        }
        if !due.isEmpty {
            held.removeFirst(due.count)
            out.flush()
            readOn()
        }
        if let next = held.first {
            wakeUp?.cancel()
            wakeUp = out.eventLoop.assumeIsolated().scheduleTask(deadline: next.due) {
                self.pump()
            }
        } else if ended {
            peer.close()
        }
    }

    private var mayRead: Bool {
        heldBytes < Self.mostHeld && peer?.context?.channel.isWritable ?? true
    }

    private func readOn() {
        if readWaits, mayRead, let context {
            readWaits = false
            context.read()
        }
    }
}
