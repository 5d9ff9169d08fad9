import FoundationEssentials
import Logging
import Metrics

/// Keeps the keys what their source says. A source that fails, or has nothing of use, changes
/// nothing: those that were read last go on.
actor KeySetUpkeep {
    /// Where a JWK set is.
    enum Source {
        case file(String)
        case url(JWKSAddress)
    }

    nonisolated let keys = CurrentKeys()
    private let source: Source
    private let interval: Duration
    private let restraint: Duration
    private let logger: Logger
    private var loading: Task<HostError?, Never>?
    private var lastAsked: ContinuousClock.Instant?
    private var lastFault: HostError?
    private var lastIgnored: [String] = []

    /// - Parameters:
    ///   - interval: how long the source is left alone that answered.
    ///   - restraint: how long it is left alone by those who bring tokens of unknown keys.
    init(_ source: Source, every interval: Duration, restraint: Duration, logger: Logger) {
        self.source = source
        self.interval = interval
        self.restraint = restraint
        self.logger = logger
        observe()
    }

    /// Until the task is cancelled.
    func run() async {
        let longest = min(interval, .seconds(30))
        let first = Backoff(first: min(interval, .milliseconds(500)), cap: longest)
        await withTaskCancellationHandler {
            var backoff = first
            while !Task.isCancelled {
                var pause = interval
                if await load() == nil { backoff = first } else { pause = backoff.next() }
                try? await Task.sleep(for: pause)
            }
        } onCancel: {
            Task { await stop() }
        }
    }

    private func stop() {
        loading?.cancel()
    }

    /// Looks for a key that somebody's token names. Anybody can name one, so the source is not
    /// asked for each.
    func lookAgain() async {
        if loading == nil, let lastAsked, ContinuousClock.now - lastAsked < restraint { return }
        lastAsked = .now
        _ = await load()
    }

    /// Reads the source; who comes meanwhile waits for the same answer. Tells what was wrong.
    func load() async -> HostError? {
        if let loading { return await loading.value }
        let task = Task { await takeOver() }
        loading = task
        let fault = await task.value
        loading = nil
        return fault
    }

    private func takeOver() async -> HostError? {
        do {
            let set = try await KeySet(jwks: source.read())
            let isNew = keys.confirm(set)
            report(set, isNew: isNew)
            return nil
        } catch {
            let fault = error as? HostError ?? HostError(.tokenKeys, "\(error)")
            if !Task.isCancelled { report(fault) }
            return fault
        }
    }
}

extension KeySetUpkeep.Source {
    func read() async throws -> [UInt8] {
        switch self {
        case .file(let path):
            guard let data = try? Data(contentsOf: URL(filePath: path)) else {
                throw HostError(.tokenKeys, "\(path) cannot be read")
            }
            return Array(data)
        case .url(let address): return try await address.fetch()
        }
    }

    /// The variable that names it.
    var variable: String {
        switch self {
        case .file: "JWT_JWKS_FILE"
        case .url: "JWT_JWKS_URL"
        }
    }
}

extension KeySetUpkeep {
    private func report(_ set: KeySet, isNew: Bool) {
        Self.count(isNew ? "changed" : "unchanged")
        if isNew {
            let names = set.keys.map { "\($0.id ?? "-")/\($0.algorithm.rawValue)" }
            logger.notice(
                "tokens are checked with these keys from now on",
                metadata: [
                    "source": "\(source.variable)", "keys": "\(names.joined(separator: " "))",
                ])
        } else if lastFault != nil {
            logger.notice("\(source.variable) has its keys again")
        }
        lastFault = nil
        if set.ignored != lastIgnored {
            for reason in set.ignored {
                logger.warning(
                    "a key of \(source.variable) is ignored", metadata: ["key": "\(reason)"])
            }
            lastIgnored = set.ignored
        }
    }

    /// The same fault is told once, however often it is met.
    private func report(_ fault: HostError) {
        Self.count("failed")
        guard fault != lastFault else { return }
        lastFault = fault
        logger.warning(
            "\(source.variable) gives no keys", metadata: ["error": "\(fault)"]
        )
    }

    private static func count(_ outcome: String, by amount: Int = 1) {
        Counter(label: "token_key_loads_total", dimensions: [("outcome", outcome)])
            .increment(by: amount)
    }

    private nonisolated func observe() {
        for outcome in ["changed", "unchanged", "failed"] { Self.count(outcome, by: 0) }
        let registry = Telemetry.registry
        registry.describe(
            "token_key_loads_total", help: "Times that the JWK set was read, by what came of it.")
        registry.sample("token_keys", help: "Keys that tokens are checked with.") { [keys] in
            Double(keys.accepted?.set.keys.count ?? 0)
        }
        registry.sample(
            "token_keys_age_seconds", help: "Time since the JWK set was last read with success."
        ) { [keys] in
            keys.age.map { Double($0.microseconds) / 1e6 } ?? .nan
        }
    }
}
