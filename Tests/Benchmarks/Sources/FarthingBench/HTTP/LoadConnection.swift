import NIOCore

/// One connection of a load: one request at a time.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let session: LoadSession
    private var context: ChannelHandlerContext?
    private var reader = ResponseReader()
    private var due: LoadSession.Due?

    init(_ session: LoadSession) { self.session = session }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        session.opened(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends the request that is due.
    func send(_ due: LoadSession.Due, _ session: LoadSession) {
        guard let context else { return session.failed(BenchError("the connection is gone")) }
        self.due = due
        var buffer = context.channel.allocator.buffer(capacity: 1024)
        session.write(due.number, &buffer)
        context.writeAndFlush(NIOAny(buffer), promise: nil)
    }

    func close() { context?.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        reader.receive(&part)
        do {
            while let response = try reader.next() {
                guard let due else { throw BenchError("an answer that nobody asked for") }
                self.due = nil
                session.answered(due, response, on: self)
            }
        } catch {
            session.failed(error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { session.failed(error) }

    func channelInactive(context: ChannelHandlerContext) {
        session.failed(BenchError("the server closed a connection"))
    }
}
