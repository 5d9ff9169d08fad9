import ArgumentParser
import Saga

/// How long the saga waits for a participant, and how often it asks.
///
/// By default a step is asked again after 5.5, 11.5, 18.5, 27.5 … seconds: an outage of the bus of
/// twenty seconds costs some repetitions and no payment, and a participant that is dead for three
/// and a half minutes has the payment compensated.
struct Patience: Equatable, Sendable {
    /// How long each attempt waits for its answer.
    let timeout: Duration
    /// After how many attempts without an answer a step is given up, where it may be.
    let attempts: Int

    init(timeout: Duration = .seconds(5), attempts: Int = 12) {
        self.timeout = timeout
        self.attempts = attempts
    }

    /// The pauses between attempts grow with the timeout: 0.5, 1, 2 … 25 seconds by default.
    var retry: RetryPolicy {
        RetryPolicy(attempts: attempts, initial: timeout / 10, multiplier: 2, cap: timeout * 5)
    }

    /// An undo that is given up leaves money set aside and calls a person: it is asked for half an
    /// hour by default.
    var undoRetry: RetryPolicy { retry.withAttempts(max(60, attempts)) }
}

extension Patience {
    /// Reads `SAGA_TIMEOUT_MS` and `SAGA_ATTEMPTS`, by which fault tests are quick. Throws
    /// `ValidationError`, which ends the program with one line, if one is no positive number.
    init(environment: [String: String]) throws {
        let standard = Patience()
        let milliseconds = try Self.positive("SAGA_TIMEOUT_MS", in: environment)
        self.init(
            timeout: milliseconds.map { .milliseconds($0) } ?? standard.timeout,
            attempts: try Self.positive("SAGA_ATTEMPTS", in: environment) ?? standard.attempts)
    }

    private static func positive(
        _ name: String, in environment: [String: String]
    ) throws -> Int? {
        guard let text = environment[name] else { return nil }
        guard let number = Int(text), (1...86_400_000).contains(number) else {
            throw ValidationError("\(name) must be a positive number, not '\(text)'.")
        }
        return number
    }
}
