@testable import Saga

/// Walks through every moment that can be reached, nearest first, so that what it finds wrong is
/// found on one of the shortest ways.
struct Explorer {
    /// What an exploration came to.
    struct Report: CustomStringConvertible {
        var saga = ""
        var states = 0
        var transitions = 0
        /// Moves from the beginning to the farthest state.
        var depth = 0
        var succeeded = 0
        var compensated = 0
        var waitingForPerson = 0
        var elapsed: Duration = .zero
        /// The shortest way to something that may not be.
        var counterexample: Story?
        /// Whether the limit of states ended the walk.
        var isCutShort = false

        var description: String {
            let (seconds, attoseconds) = elapsed.components
            let tenths = attoseconds / 100_000_000_000_000_000
            return "\(saga): \(states) states, \(transitions) transitions, depth \(depth), "
                + "\(seconds).\(tenths) s; \(succeeded) succeeded, \(compensated) compensated, "
                + "\(waitingForPerson) with a person called"
        }
    }

    private let universe: Universe
    private let limit: Int
    private var report = Report()

    private var numbers: [Moment: Int32] = [:]
    private var moments: [Moment] = []
    private var origins: [Int32] = []
    /// Transitions without a fault, as pairs of state numbers.
    private var sources: [Int32] = []
    private var targets: [Int32] = []

    /// More than `limit` states are not visited; `Report.isCutShort` tells.
    init(_ universe: Universe, limit: Int = 3_000_000) {
        self.universe = universe
        self.limit = limit
    }

    mutating func run() throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        report.saga = universe.plan.name
        visit(universe.beginning, from: 0)
        try walk()
        if report.counterexample == nil, !report.isCutShort { try findDeadEnd() }
        report.states = moments.count
        report.depth = try way(to: moments.count - 1).count
        report.elapsed = clock.now - start
        return report
    }

    private mutating func walk() throws {
        var next = 0
        while next < moments.count {
            let moment = moments[next]
            for move in universe.moves(at: moment) {
                let (after, broken) = try universe.after(move, at: moment)
                report.transitions += 1
                if after == moment, broken == nil { continue }
                let known = numbers[after]
                if let broken = broken ?? (known == nil ? universe.brokenRule(at: after) : nil) {
                    let way = try way(to: next) + [move]
                    report.counterexample = try Story(of: way, in: universe, ending: broken)
                    return
                }
                let number = known ?? visit(after, from: next)
                if !move.isFault {
                    sources.append(Int32(next))
                    targets.append(number)
                }
            }
            if moments.count > limit {
                report.isCutShort = true
                return
            }
            next += 1
        }
    }

    @discardableResult
    private mutating func visit(_ moment: Moment, from origin: Int) -> Int32 {
        let number = Int32(moments.count)
        numbers[moment] = number
        moments.append(moment)
        origins.append(Int32(origin))
        switch universe.saga.phases[moment.saga] {
        case .succeeded: report.succeeded += 1
        case .compensated: report.compensated += 1
        case .running, .compensating: break
        }
        if universe.saga.needsPerson[moment.saga] { report.waitingForPerson += 1 }
        return number
    }

    /// Looks for a state from which no end can be reached, even if nothing goes wrong any more.
    private mutating func findDeadEnd() throws {
        let hopeful = canEnd()
        guard let hopeless = hopeful.firstIndex(of: false) else { return }
        report.counterexample = try Story(
            of: way(to: hopeless), in: universe,
            ending: "from here it can never end, whatever is delivered")
    }

    /// Walks back from every end.
    private func canEnd() -> [Bool] {
        var first = [Int32](repeating: 0, count: moments.count + 1)
        for target in targets { first[Int(target) + 1] += 1 }
        for index in moments.indices { first[index + 1] += first[index] }
        var filled = first
        var cameFrom = [Int32](repeating: 0, count: targets.count)
        for (edge, target) in targets.enumerated() {
            cameFrom[Int(filled[Int(target)])] = sources[edge]
            filled[Int(target)] += 1
        }
        var reached = moments.map(universe.hasEnded)
        var open = moments.indices.filter { reached[$0] }
        while let number = open.popLast() {
            for edge in first[number]..<first[number + 1] {
                let origin = Int(cameFrom[Int(edge)])
                if !reached[origin] {
                    reached[origin] = true
                    open.append(origin)
                }
            }
        }
        return reached
    }

    /// The moves from the beginning to a state: found again between each two states on the way.
    private func way(to number: Int) throws -> [Move] {
        var moves: [Move] = []
        var number = number
        while number > 0 {
            let origin = Int(origins[number])
            for move in universe.moves(at: moments[origin])
            where try universe.after(move, at: moments[origin]).0 == moments[number] {
                moves.append(move)
                break
            }
            number = origin
        }
        return moves.reversed()
    }
}
