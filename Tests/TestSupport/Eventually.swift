public import Testing

/// Waits until a condition holds: asks at once and then every few milliseconds.
///
/// Throws the last error of the condition, or `NotInTime`, when the time is up. Nobody waits that
/// long unless a test fails, so a machine that does other things besides is given time enough.
public func eventually(
    within limit: Duration = .seconds(60), _ what: String = "the condition",
    isolation: isolated (any Actor)? = #isolation,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    var pause = Duration.milliseconds(2)
    while true {
        let last: Result<Bool, any Error>
        do { last = .success(try await condition()) } catch { last = .failure(error) }
        if case .success(true) = last { return }
        if ContinuousClock.now >= deadline {
            _ = try last.get()
            throw NotInTime(what: what, limit: limit, sourceLocation: sourceLocation)
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(100))
    }
}

/// A condition that did not come true in time.
public struct NotInTime: Error, CustomStringConvertible {
    public let what: String
    public let limit: Duration
    public let sourceLocation: SourceLocation

    public var description: String {
        "\(what) did not hold within \(limit), at \(sourceLocation)"
    }
}
