import TestSupport
import Testing

@testable import Saga

/// Walks through every state that a saga, its participants and an unreliable network can reach.
@Suite("Every order of done, refused, silent, late and repeated", .tags(.unit))
struct ExplorationTests {
    @Test(
        "keeps the rules and can still come to its end",
        arguments: [
            ([], 0), ([], 1), ([1], 0), ([1], 1), ([1, 1], 0), ([1, 1], 1), ([2], 0), ([2], 1),
        ])
    func explore(undoable: [Int], following: Int) async throws {
        let plan = Self.plan(undoable: undoable, following: following)
        let report = try await onOwnThread { try Exploration(of: plan).run() }
        print("saga of \(undoable) + pivot + \(following): \(report)")
        #expect(report.succeeded > 0)
        #expect(report.compensated > 0)
        #expect(report.interventions > 0 || undoable.count + following == 0)
        #expect(report.hopeless == 0, "from every state an end can be reached")
    }

    /// Two attempts each: enough for "again" and "no more". `undoable` says how many steps each
    /// stage before the pivot has.
    private static func plan(undoable: [Int], following: Int) -> Plan {
        let retry = RetryPolicy(attempts: 2)
        func step(_ name: String, _ kind: Plan.Kind) -> Plan.Step {
            Plan.Step(
                name: name, kind: kind, timeout: .seconds(5), retry: retry,
                undoRetry: kind == .compensatable ? retry : nil)
        }
        let undoables = undoable.enumerated().map { stage, size in
            (0..<size).map { step("undoable-\(stage)-\($0)", .compensatable) }
        }
        let followings = (0..<following).map { [step("following-\($0)", .retriable)] }
        return Plan(name: "explored", stages: undoables + [[step("pivot", .pivot)]] + followings)
    }
}

/// A breadth-first search over `World`s, each visited once.
private struct Exploration {
    struct Report: CustomStringConvertible {
        var states = 0
        var moves = 0
        var succeeded = 0
        var compensated = 0
        var interventions = 0
        /// States from which no end can be reached.
        var hopeless = 0

        var description: String {
            "\(states) states, \(moves) moves; \(succeeded) succeeded, \(compensated) "
                + "compensated, \(interventions) with a person called"
        }
    }

    let plan: Plan

    init(of plan: Plan) { self.plan = plan }

    func run() throws -> Report {
        var report = Report()
        var numbers: [World: Int] = [World(plan): 0]
        var worlds = [World(plan)]
        var cameFrom: [[Int]] = [[]]
        var next = 0
        while next < worlds.count {
            let world = worlds[next]
            for move in world.moves(plan) {
                let after = world.after(move, plan)
                report.moves += 1
                if after == world { continue }
                if let number = numbers[after] {
                    cameFrom[number].append(next)
                    continue
                }
                if let rule = after.brokenRule(plan) {
                    throw Broken(rule: rule, move: "\(move)", before: "\(world)")
                }
                numbers[after] = worlds.count
                worlds.append(after)
                cameFrom.append([next])
            }
            next += 1
        }
        report.states = worlds.count
        report.succeeded = worlds.count { $0.progress.phase == .succeeded }
        report.compensated = worlds.count { $0.progress.phase == .compensated }
        report.interventions = worlds.count(where: \.progress.needsIntervention)
        report.hopeless = hopeless(worlds, cameFrom)
        return report
    }

    /// Walks back from every end.
    private func hopeless(_ worlds: [World], _ cameFrom: [[Int]]) -> Int {
        var reached = worlds.map(\.progress.hasEnded)
        var open = worlds.indices.filter { reached[$0] }
        while let number = open.popLast() {
            for origin in cameFrom[number] where !reached[origin] {
                reached[origin] = true
                open.append(origin)
            }
        }
        return reached.count { !$0 }
    }

    struct Broken: Error, CustomStringConvertible {
        let rule: String
        let move: String
        let before: String
        var description: String { "\(rule) by \(move) in \(before)" }
    }
}
