import ArgumentParser

/// How far from its recording a transfer may take effect: the past is closed at some time, and the
/// far future is a mistake.
struct EffectiveLimits: Equatable, Sendable {
    /// Days into the past.
    var past = 3_660
    /// Days into the future.
    var future = 366

    /// Throws `.effectiveAtOutOfRange`.
    func check(_ moment: Moment?, at now: Moment) throws(LedgerRefusal) {
        guard let moment else { return }
        let distance = moment.microseconds - now.microseconds
        guard distance >= -Int64(past) * Self.day, distance <= Int64(future) * Self.day else {
            throw .effectiveAtOutOfRange(past: past, future: future)
        }
    }

    /// In microseconds.
    private static let day: Int64 = 86_400_000_000
}

extension EffectiveLimits {
    /// Reads `EFFECTIVE_PAST_DAYS` and `EFFECTIVE_FUTURE_DAYS`. Throws `ValidationError`, which ends
    /// the program with one line, if one is no number of days.
    init(environment: [String: String]) throws {
        if let days = try Self.days("EFFECTIVE_PAST_DAYS", in: environment) { past = days }
        if let days = try Self.days("EFFECTIVE_FUTURE_DAYS", in: environment) { future = days }
    }

    private static func days(
        _ name: String, in environment: [String: String]
    ) throws -> Int? {
        guard let text = environment[name] else { return nil }
        guard let days = Int(text), (0...36_600).contains(days) else {
            throw ValidationError("\(name) must be a number of days up to 36600, not '\(text)'.")
        }
        return days
    }
}
