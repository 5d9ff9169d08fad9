import Glibc
import LocalStack

/// Does to a running stack what a plan says, and measures how long it takes to recover.
struct FaultInjector: Sendable {
    let stack: Stack
    let plan: FaultPlan
    let timeline: Timeline
    let probes: Probes
    /// For how long there is load.
    let length: Duration

    /// Injects one fault after another. Each begins when the plan says, or once the system has
    /// recovered from the one before, if that is later; what would begin after the load is left
    /// out. Cancelled, it ends the fault that lasts.
    func run() async {
        let began = ContinuousClock.now
        for window in plan.windows {
            try? await Task.sleep(until: began + window.begins)
            if Task.isCancelled || began.duration(to: .now) > length { return }
            await inject(window)
        }
    }

    private func inject(_ window: FaultPlan.Window) async {
        let number = timeline.begins(window.fault, victim: window.victim)
        do {
            try await begin(window.fault)
            try? await Task.sleep(for: window.lasts / 2)
            if let victim = window.victim { await stack.supervisor.kill(victim) }
            try? await Task.sleep(for: window.lasts / 2)
        } catch {
            timeline.note("could not begin to \(window.fault): \(error)")
        }
        do {
            try await end(window.fault)
        } catch {
            timeline.note("could not end to \(window.fault): \(error)")
        }
        timeline.ended(number)
        let time = await probes.timeToSucceed()
        // Nobody waited for it to the end.
        if time == nil, Task.isCancelled { return }
        timeline.recovered(number, after: time)
    }

    private func begin(_ fault: Fault) async throws {
        let supervisor = stack.supervisor
        switch fault {
        case .kill(let names):
            await withDiscardingTaskGroup { group in
                for name in names { group.addTask { await supervisor.kill(name) } }
            }
        case .freeze(let name): await supervisor.signal(name, SIGSTOP)
        case .restart(let name): try await supervisor.restart(name)
        case .cutBroker: try await stack.proxy?.cut()
        case .delayBroker(let milliseconds):
            try await stack.proxy?.delay(.milliseconds(milliseconds))
        case .blackHole(let directions): try await stack.proxy?.blackHole(directions)
        case .doubleRelay:
            try await stack.startRelay(Self.standby)
            await supervisor.kill("relay")
        }
    }

    private func end(_ fault: Fault) async throws {
        switch fault {
        case .kill, .restart: break
        case .freeze(let name): await stack.supervisor.signal(name, SIGCONT)
        case .cutBroker, .delayBroker, .blackHole: try await stack.proxy?.resume()
        case .doubleRelay: await stack.supervisor.stop(Self.standby)
        }
    }

    private static let standby = "relay-standby"
}
