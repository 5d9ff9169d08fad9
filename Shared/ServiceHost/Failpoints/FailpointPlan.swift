/// What `FAILPOINTS` says: which points fail, how, and at which hit (DESIGN §16).
///
/// `name=action@selector;…`, for example
/// `ledger.commands.before-commit=crash@3;relay.ledger.after-produce=delay(500)`. Actions: `crash`
/// (SIGKILL to ourselves), `error`, `delay(MILLISECONDS)`, `hang`. Selectors: `@n`, the nth hit
/// only; `@p%`, each hit with that probability; none, every hit.
struct FailpointPlan: Sendable {
    enum Action: Equatable, Sendable {
        case crash
        case error
        case delay(milliseconds: Int)
        case hang
    }

    enum Selector: Equatable, Sendable {
        case always
        case nth(Int)
        case percent(Int)
    }

    struct Rule: Equatable, Sendable {
        let action: Action
        let selector: Selector
        fileprivate(set) var hits = 0
    }

    private(set) var rules: [String: Rule] = [:]
    private var random: SplitMix64

    init(seed: UInt64 = 0) {
        random = SplitMix64(state: seed)
    }

    /// Reads the grammar above. Throws `HostError` that names the part that is malformed.
    init(parsing text: String, seed: UInt64) throws(HostError) {
        self.init(seed: seed)
        for part in text.split(separator: ";") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let tail = sides.count == 2 ? sides[1] : ""
            let halves = tail.split(
                separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            guard !sides[0].isEmpty, let first = halves.first, let action = Action(first),
                let selector = halves.count == 2 ? Selector(halves[1]) : .always
            else {
                throw HostError(
                    .configuration,
                    "FAILPOINTS: '\(part)' is not NAME=crash|error|delay(MS)|hang[@N|@P%]")
            }
            rules[String(sides[0])] = Rule(action: action, selector: selector)
        }
    }

    /// Adds the rules of another plan.
    mutating func add(_ other: FailpointPlan) {
        rules.merge(other.rules) { $1 }
    }

    /// Counts a hit and tells what it does.
    mutating func hit(_ name: String) -> Action? {
        guard rules[name] != nil else { return nil }
        rules[name]?.hits += 1
        guard let rule = rules[name] else { return nil }
        switch rule.selector {
        case .always: return rule.action
        case .nth(let n): return rule.hits == n ? rule.action : nil
        case .percent(let p): return Int(random.next() % 100) < p ? rule.action : nil
        }
    }
}

extension FailpointPlan.Action {
    fileprivate init?(_ text: Substring) {
        switch text {
        case "crash": self = .crash
        case "error": self = .error
        case "hang": self = .hang
        default:
            guard text.hasPrefix("delay("), text.hasSuffix(")"),
                let milliseconds = Int(text.dropFirst(6).dropLast()), milliseconds >= 0
            else { return nil }
            self = .delay(milliseconds: milliseconds)
        }
    }
}

extension FailpointPlan.Selector {
    fileprivate init?(_ text: Substring) {
        if text.hasSuffix("%") {
            guard let percent = Int(text.dropLast()), (0...100).contains(percent) else {
                return nil
            }
            self = .percent(percent)
        } else {
            guard let n = Int(text), n > 0 else { return nil }
            self = .nth(n)
        }
    }
}

/// Steele, Lea and Flood's generator: small, and the same everywhere for the same seed.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    package var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
