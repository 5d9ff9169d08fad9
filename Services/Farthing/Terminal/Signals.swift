import Dispatch
import Glibc

/// Turns the signals that ask a program to end into something that can be awaited.
struct Signals: Sendable {
    /// Ends with the first signal that arrives.
    private let arrival: Task<Int32, Never>

    /// From now on these signals no longer end the process.
    init(_ numbers: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
        arrival = Task {
            defer { for source in sources { source.cancel() } }
            for await number in stream { return number }
            return 0
        }
    }

    /// Waits for the first one, however often it is asked.
    func first() async -> Int32 { await arrival.value }

    /// Runs `work` to its end, or cancels it when a signal arrives first and then returns `nil`.
    func interrupt<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let task = Task { try await work() }
        let watch = Task {
            let number = await first()
            task.cancel()
            return number
        }
        do {
            return try await task.value
        } catch {
            guard task.isCancelled else { throw error }
            _ = await watch.value
            return nil
        }
    }
}
