import DequeModule
import NIOCore

/// The state of one load, which lives on one event loop.
final class LoadSession {
    private let load: Load
    private let amount: Load.Amount
    private let pace: Load.Pace
    private let keepBodies: Bool
    private let loop: any EventLoop
    private let finished: EventLoopPromise<LoadResult>

    private var connections: [LoadConnection] = []
    private var idle: [LoadConnection] = []
    private var waiting: Deque<Due> = []
    private var outstanding = 0
    private var sent = 0
    private var start = ContinuousClock.now
    private var result = LoadResult()
    private var hasEnded = false

    /// A request that is to be sent, and since when.
    struct Due {
        let number: Int
        let time: ContinuousClock.Instant
    }

    private init(
        _ load: Load, _ amount: Load.Amount, _ pace: Load.Pace, _ keepBodies: Bool,
        _ loop: any EventLoop, _ finished: EventLoopPromise<LoadResult>
    ) {
        self.load = load
        self.amount = amount
        self.pace = pace
        self.keepBodies = keepBodies
        self.loop = loop
        self.finished = finished
    }

    static func make(
        _ load: Load, _ amount: Load.Amount, _ pace: Load.Pace, keepBodies: Bool,
        on loop: any EventLoop, _ finished: EventLoopPromise<LoadResult>
    ) -> NIOLoopBound<LoadSession> {
        NIOLoopBound(
            LoadSession(load, amount, pace, keepBodies, loop, finished), eventLoop: loop)
    }

    func opened(_ connection: LoadConnection) { connections.append(connection) }

    /// Begins to send.
    func begin() {
        start = .now
        idle = connections
        switch pace {
        case .closed:
            for connection in connections { sendNext(connection) }
            endIfDone()
        case .open: tick()
        }
    }

    /// Writes the n-th request.
    func write(_ number: Int, _ buffer: inout ByteBuffer) { load.write(number, &buffer) }

    func answered(
        _ due: Due, _ response: ResponseReader.Response, on connection: LoadConnection
    ) {
        outstanding -= 1
        result.completed += 1
        result.latency.record(.now - due.time)
        if keepBodies { result.bodies[due.number] = String(buffer: response.body) }
        if !(200..<300).contains(response.status) {
            result.failed += 1
            if result.firstFailure == nil {
                result.firstFailure = "\(response.status) \(String(buffer: response.body))"
            }
        }
        sendNext(connection)
        endIfDone()
    }

    func failed(_ error: any Error) {
        guard !hasEnded else { return }
        hasEnded = true
        finished.fail(error)
        for connection in connections { connection.close() }
    }

    private func sendNext(_ connection: LoadConnection) {
        switch pace {
        case .closed:
            guard mayBegin else { return }
            send(Due(number: sent, time: .now), connection)
            sent += 1
        case .open:
            if let due = waiting.popFirst() {
                send(due, connection)
            } else {
                idle.append(connection)
            }
        }
    }

    private func send(_ due: Due, _ connection: LoadConnection) {
        outstanding += 1
        connection.send(due, self)
    }

    private var mayBegin: Bool {
        switch amount {
        case .time(let duration): .now - start < duration
        case .requests(let count): sent < count
        }
    }

    /// Lets everything that is due by now begin, and comes again in half a millisecond.
    private func tick() {
        guard case .open(let perSecond) = pace, !hasEnded else { return }
        let schedule = OpenLoop(perSecond: perSecond, duration: .zero)
        while mayBegin, schedule.due(sent, from: start) <= .now {
            let due = Due(number: sent, time: schedule.due(sent, from: start))
            sent += 1
            if let connection = idle.popLast() {
                send(due, connection)
            } else {
                waiting.append(due)
            }
        }
        guard mayBegin else { return endIfDone() }
        loop.assumeIsolated().scheduleTask(in: .microseconds(500)) { self.tick() }
    }

    private func endIfDone() {
        guard outstanding == 0, waiting.isEmpty, !mayBegin, !hasEnded else { return }
        hasEnded = true
        result.elapsed = .now - start
        finished.succeed(result)
        for connection in connections { connection.close() }
    }
}
