import NIOCore

/// Lets the embedded broker be waited for as Kafka is: a fetch that finds nothing is answered as
/// soon as there is something, and empty only when its client will not wait any longer.
///
/// The broker itself looks at growing intervals until `max_wait_ms` has passed (tansu 0.6,
/// `FetchService::fetch`). That left a choice between messages that wait and a processor that is
/// never idle: with 10 ms each of a payment's six hops took 5 ms more than now, and three services
/// at rest took 0.12 of a core (2026-11). It could not be made much shorter either: what the broker
/// has not found in that time it does not return. So a fetch waits here until the answers to
/// fetches and produces, all of which pass here, show that the broker has what it wants.
///
/// The decisions of one connection: what comes in is answered by what goes out.
struct LongPoll {
    enum Step: Equatable {
        case toServer(ByteBuffer)
        case toClient(ByteBuffer)
        /// Each partition has messages up to this offset at least.
        case learned([Partition: Int64])
    }

    /// A fetch that waits here.
    private struct Parked {
        let fetch: FetchRequest
        /// When the broker is asked in any case.
        let deadline: NIODeadline
        /// Not before: it was asked a moment ago.
        let earliest: NIODeadline
        var hasCause: Bool
    }

    /// How long the broker may look where it has nothing, as far as is known.
    private static let probe: Int32 = 5
    /// How long it may wait where nothing is known.
    private static let search: Int32 = 10

    /// How long the broker is left in peace after an answer: a fetch has a price that hardly depends
    /// on how many messages it brings, because the broker lists all batches of a partition (tansu 0.6,
    /// `dynostore.rs`).
    private static let rest = TimeAmount.milliseconds(3)
    /// Or how many times as long as the answer took, where that is more: the longer its logs are,
    /// the more peace it needs.
    private static let share = 2
    /// After one of more than `much`: messages come so fast that many may as well come together.
    /// With 700 payments a second this took a seventh off the broker's part of each (2026-11).
    private static let longRest = TimeAmount.milliseconds(50)
    /// Bytes: some thirty commands.
    private static let much = 16_384

    private var requests = KafkaFrames()
    private var answers = KafkaFrames()
    private var fetches: Set<Int32> = []
    private var produces: Set<Int32> = []
    private var parked: Parked?
    /// When the broker was asked for what it is known to have.
    private var asked: NIODeadline?
    /// Until when the broker is left in peace.
    private var rested = NIODeadline.distantPast

    /// When `elapsed` is to be called.
    var alarm: NIODeadline? {
        parked.map { $0.hasCause ? min($0.earliest, $0.deadline) : $0.deadline }
    }

    /// Takes bytes from the client.
    mutating func requested(
        _ bytes: ByteBuffer, at now: NIODeadline, knowing logs: LogEnds
    ) -> [Step] {
        requests.cut(bytes).flatMap { requested(frame: $0, at: now, logs) }
    }

    private mutating func requested(
        frame: ByteBuffer, at now: NIODeadline, _ logs: LogEnds
    ) -> [Step] {
        // Answers come in the order of their requests: what waits must not keep others waiting.
        let freed = free(at: now, logs)
        switch KafkaRequest(frame) {
        case .fetch(let fetch):
            parked = Parked(
                fetch: fetch, deadline: now + fetch.patience, earliest: max(now, rested),
                hasCause: logs.mayHave(fetch.wanted))
            return freed + elapsed(at: now, knowing: logs)
        case .produce(let correlation):
            produces.insert(correlation)
            return freed + [.toServer(frame)]
        case .other:
            return freed + [.toServer(frame)]
        }
    }

    /// Takes bytes from the broker.
    mutating func answered(_ bytes: ByteBuffer, at now: NIODeadline) -> [Step] {
        answers.cut(bytes).flatMap { answered(frame: $0, at: now) }
    }

    private mutating func answered(frame: ByteBuffer, at now: NIODeadline) -> [Step] {
        guard let correlation = frame.getInteger(at: frame.readerIndex + 4, as: Int32.self) else {
            return [.toClient(frame)]
        }
        if produces.remove(correlation) != nil, let firsts = ProduceAnswer.firsts(frame) {
            return [.toClient(frame), .learned(firsts)]
        }
        if fetches.remove(correlation) != nil, let lasts = FetchAnswer.lasts(frame) {
            rested = now + rest(after: frame, at: now)
            return [.toClient(frame), .learned(lasts)]
        }
        return [.toClient(frame)]
    }

    private func rest(after answer: ByteBuffer, at now: NIODeadline) -> TimeAmount {
        guard answer.readableBytes <= Self.much else { return Self.longRest }
        let took = asked.map { now - $0 } ?? .zero
        return min(max(Self.rest, Self.share * took), Self.longRest)
    }

    /// More is known of what the broker has.
    mutating func learned(_ logs: LogEnds, at now: NIODeadline) -> [Step] {
        guard let parked, !parked.hasCause, logs.mayHave(parked.fetch.wanted) else { return [] }
        self.parked?.hasCause = true
        return elapsed(at: now, knowing: logs)
    }

    /// What waits goes on if its time has come.
    mutating func elapsed(at now: NIODeadline, knowing logs: LogEnds) -> [Step] {
        guard let alarm, alarm <= now else { return [] }
        return free(at: now, logs)
    }

    private mutating func free(at now: NIODeadline, _ logs: LogEnds) -> [Step] {
        guard let fetch = parked?.fetch else { return [] }
        parked = nil
        asked = logs.have(fetch.wanted) ? now : nil
        fetches.insert(fetch.correlation)
        return [.toServer(fetch.waiting(atMost: patience(with: fetch, logs)))]
    }

    /// All of the client's time where the broker has what is wanted: it needs some to find it.
    private func patience(with fetch: FetchRequest, _ logs: LogEnds) -> Int32 {
        if logs.have(fetch.wanted) { return .max }
        return logs.mayHave(fetch.wanted) ? Self.search : Self.probe
    }
}

/// How far the broker's partitions reach, as far as is known.
struct LogEnds {
    private var lasts: [Partition: Int64] = [:]

    /// Each partition has messages up to this offset at least.
    mutating func learn(_ news: [Partition: Int64]) {
        lasts.merge(news) { max($0, $1) }
    }

    /// To be called when the broker may have been emptied.
    mutating func forget() { lasts = [:] }

    /// Whether one of the partitions has a message at its offset, or after it.
    func have(_ wanted: [Partition: Int64]) -> Bool {
        wanted.contains { partition, offset in lasts[partition].map { $0 >= offset } ?? false }
    }

    /// Whether one of the partitions has such a message, for all that is known.
    func mayHave(_ wanted: [Partition: Int64]) -> Bool {
        wanted.contains { partition, offset in lasts[partition].map { $0 >= offset } ?? true }
    }
}
