import NIOCore
import TestSupport
import Testing

@testable import LocalStack

@Suite("Long polls of the embedded broker", .tags(.unit))
struct LongPollTests {
    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let orders = Partition(topic: "orders", number: 1)

    /// What is known: that the last message of the fetched partition is the one before it, or that.
    private func known(_ last: Int64 = 19) -> LogEnds {
        var logs = LogEnds()
        logs.learn([orders: last])
        return logs
    }

    @Test("what the broker has is fetched at once, and it may take all of the client's time")
    func finds() {
        var poll = LongPoll()
        let request = Frames.fetch(wait: 100)
        #expect(poll.requested(request, at: now, knowing: known(20)) == [.toServer(request)])
        let answer = Frames.answer(last: 21, records: [1, 2, 3])
        #expect(poll.answered(answer, at: now) == [.toClient(answer), .learned([orders: 21])])
        #expect(poll.alarm == nil)
    }

    @Test("where nothing is known the broker looks for a moment, and tells where it ends")
    func searches() {
        var poll = LongPoll()
        let steps = poll.requested(Frames.fetch(wait: 100), at: now, knowing: LogEnds())
        #expect(steps == [.toServer(Frames.fetch(wait: 10))])
        let answer = Frames.answer(last: 19)
        #expect(poll.answered(answer, at: now) == [.toClient(answer), .learned([orders: 19])])
    }

    @Test("what the broker does not have is waited for here until the client's patience ends")
    func waits() {
        var poll = LongPoll()
        #expect(poll.requested(Frames.fetch(wait: 100), at: now, knowing: known()).isEmpty)
        #expect(poll.alarm == now + .milliseconds(100))
        #expect(poll.elapsed(at: now + .milliseconds(99), knowing: known()).isEmpty)
        let steps = poll.elapsed(at: now + .milliseconds(100), knowing: known())
        #expect(steps == [.toServer(Frames.fetch(wait: 5))])
        #expect(poll.alarm == nil)
    }

    @Test("whoever produces what is waited for ends the wait; what others get does not")
    func isWoken() {
        var poll = LongPoll()
        _ = poll.requested(Frames.fetch(wait: 100), at: now, knowing: known())
        var logs = known()
        logs.learn([Partition(topic: "orders", number: 2): 50])
        #expect(poll.learned(logs, at: now).isEmpty)
        logs.learn([orders: 20])
        #expect(poll.learned(logs, at: now) == [.toServer(Frames.fetch(wait: 100))])
        #expect(poll.learned(logs, at: now).isEmpty)
    }

    @Test("the answer to a produce tells where its messages are; a failed one tells nothing")
    func learns() {
        var poll = LongPoll()
        let request = Frames.produce()
        #expect(poll.requested(request, at: now, knowing: known()) == [.toServer(request)])
        let answer = Frames.produced(at: 20)
        #expect(poll.answered(answer, at: now) == [.toClient(answer), .learned([orders: 20])])
        #expect(poll.answered(answer, at: now) == [.toClient(answer)])

        _ = poll.requested(request, at: now, knowing: known())
        let failure = Frames.produced(at: 20, error: 3)
        #expect(poll.answered(failure, at: now) == [.toClient(failure), .learned([orders: -1])])
    }

    @Test("who asks for something else meanwhile is not kept waiting")
    func yields() {
        var poll = LongPoll()
        let other = Frames.frame([0, 3, 0, 9, 0, 0, 0, 8, 0, 0])
        _ = poll.requested(Frames.fetch(wait: 100), at: now, knowing: known())
        #expect(
            poll.requested(other, at: now, knowing: known())
                == [.toServer(Frames.fetch(wait: 5)), .toServer(other)])
        #expect(poll.alarm == nil)
    }

    @Test(
        "after an answer the broker is left in peace, longer after a long or a slow one",
        arguments: [(1, 0, 3), (16_000, 1, 3), (1, 4, 8), (1, 40, 50), (17_000, 0, 50)])
    func rests(bytes: Int, took: Int64, milliseconds: Int64) {
        var poll = LongPoll()
        let logs = known(100)
        let answer = Frames.answer(last: 21, records: [UInt8](repeating: 1, count: bytes))
        _ = poll.requested(Frames.fetch(wait: 100), at: now - .milliseconds(took), knowing: logs)
        let rested = now + .milliseconds(milliseconds)
        _ = poll.answered(answer, at: now)
        let next = now + .milliseconds(2)
        #expect(poll.requested(Frames.fetch(wait: 100), at: next, knowing: logs).isEmpty)
        #expect(poll.alarm == rested)
        #expect(
            poll.elapsed(at: rested, knowing: logs) == [.toServer(Frames.fetch(wait: 100))])

        _ = poll.answered(answer, at: next)
        #expect(poll.requested(Frames.fetch(wait: 1), at: next, knowing: logs).isEmpty)
        #expect(poll.alarm == next + .milliseconds(1), "but no longer than the client waits")
    }

    @Test("however the bytes are cut, what comes out is the same", arguments: 1...60)
    func cut(size: Int) {
        var poll = LongPoll()
        var out = ByteBuffer()
        let sent = [Frames.fetch(wait: 90), Frames.produce(), Frames.fetch(wait: 90)]
        for piece in Frames.pieces(of: sent, size) {
            for case .toServer(let bytes) in poll.requested(piece, at: now, knowing: LogEnds()) {
                out.writeImmutableBuffer(bytes)
            }
        }
        let expected = [Frames.fetch(wait: 10), Frames.produce(), Frames.fetch(wait: 10)]
        #expect(out == Frames.joined(expected))
    }

    @Test("what is no Kafka passes untouched")
    func untouched() {
        var poll = LongPoll()
        let text = ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n")
        #expect(poll.requested(text, at: now, knowing: known()) == [.toServer(text)])
        #expect(poll.answered(text, at: now) == [.toClient(text)])
        let more = ByteBuffer(bytes: [7])
        #expect(poll.requested(more, at: now, knowing: known()) == [.toServer(more)])
    }
}

/// Requests and answers as https://kafka.apache.org/protocol lays them out, of correlation 7.
private enum Frames {
    static func frame(_ bytes: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(Int32(bytes.count))
        buffer.writeBytes(bytes)
        return buffer
    }

    /// Fetch v11 of partition 1 of `orders`.
    static func fetch(wait: Int32) -> ByteBuffer {
        var body = header(key: 1, version: 11)
        body.writeMultipleIntegers(Int32(-1), wait, Int32(1), Int32(50_000), Int8(0))
        body.writeMultipleIntegers(Int32(0), Int32(-1), Int32(1))
        body.writeString(orders)
        body.writeMultipleIntegers(
            Int32(1), Int32(1), Int32(0), Int64(20), Int64(-1), Int32(1000))
        body.writeMultipleIntegers(Int32(0), Int16(0))
        return frame(Array(buffer: body))
    }

    static func answer(last: Int64, records: [UInt8] = []) -> ByteBuffer {
        var body = ByteBuffer()
        body.writeMultipleIntegers(Int32(7), Int32(0), Int16(0), Int32(0), Int32(1))
        body.writeString(orders)
        body.writeMultipleIntegers(Int32(1), Int32(1), Int16(0))
        body.writeMultipleIntegers(last + 1, last + 1, Int64(0), Int32(0), Int32(-1))
        body.writeInteger(records.isEmpty ? Int32(-1) : Int32(records.count))
        body.writeBytes(records)
        return frame(Array(buffer: body))
    }

    /// Produce v7 of one batch.
    static func produce() -> ByteBuffer {
        var body = header(key: 0, version: 7)
        body.writeMultipleIntegers(Int16(-1), Int16(-1), Int32(1000), Int32(1))
        body.writeString(orders)
        body.writeMultipleIntegers(Int32(1), Int32(1), Int32(3))
        body.writeBytes([4, 5, 6])
        return frame(Array(buffer: body))
    }

    static func produced(at offset: Int64, error: Int16 = 0) -> ByteBuffer {
        var body = ByteBuffer()
        body.writeMultipleIntegers(Int32(7), Int32(1))
        body.writeString(orders)
        body.writeMultipleIntegers(Int32(1), Int32(1), error, offset, Int64(-1), Int64(0))
        body.writeInteger(Int32(0))
        return frame(Array(buffer: body))
    }

    private static func header(key: Int16, version: Int16) -> ByteBuffer {
        var header = ByteBuffer()
        header.writeMultipleIntegers(key, version, Int32(7), Int16(2))
        header.writeString("me")
        return header
    }

    /// With its length.
    private static let orders = "\u{0}\u{6}orders"

    static func joined(_ frames: [ByteBuffer]) -> ByteBuffer {
        frames.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }
    }

    static func pieces(of frames: [ByteBuffer], _ size: Int) -> [ByteBuffer] {
        var rest = joined(frames)
        var pieces: [ByteBuffer] = []
        while rest.readableBytes > 0 {
            pieces.append(rest.readSlice(length: min(size, rest.readableBytes)) ?? rest)
        }
        return pieces
    }
}
