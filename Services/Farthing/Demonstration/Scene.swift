import FoundationEssentials
import LocalStack

/// One payment of the demonstration, and how it should end.
struct Scene: Sendable {
    enum End: Equatable, Sendable {
        case succeeded
        case failed(step: String)
    }

    let title: String
    let payer: Cast.Person
    let payee: Cast.Person
    /// Minor units of USD.
    let amount: Int64
    let end: End

    var request: JSON {
        var members: [String: JSON] = [
            "amount": .integer(amount), "currency": "USD", "source": .string(payer.account),
            "destination": .string(payee.account), "description": .string(title),
        ]
        if let customer = payer.customer { members["customer"] = .string(customer) }
        return .object(members)
    }
}

extension Demonstration {
    /// Makes the payment and shows each step of its saga as it happens. Returns how it ended, and
    /// whether that is how it should; throws when no answer comes.
    func play(_ scene: Scene) async throws -> (ended: JSON, asExpected: Bool) {
        try await show("/v1/payments", scene.request, shownAt: "/v1/payments", until: scene.end)
    }

    /// Gives all of a payment back. Returns whether it ended as it should.
    func refund(_ payment: JSON) async throws -> Bool {
        let place = "/v1/payments/\(payment["id"].string ?? "")/refunds"
        let reason: JSON = ["reason": "The goods were returned."]
        return try await show(place, reason, shownAt: "/v1/refunds", until: .succeeded).asExpected
    }

    /// Asks for what a saga will do and shows its steps as they happen.
    private func show(
        _ place: String, _ request: JSON, shownAt home: String, until end: Scene.End
    ) async throws -> (ended: JSON, asExpected: Bool) {
        let began = ContinuousClock.now
        let answer = try await payments.post(place, request).successful()
        guard let id = answer["id"].string else {
            throw LocalStackError(.invalid, "\(place) was accepted without an id")
        }
        terminal.line("  \(id)")
        let ended = try await follow("\(home)/\(id)", from: began, upTo: .seconds(60))
        let time = began.duration(to: .now)

        let status = ended["status"].string ?? "?"
        if status == "succeeded" {
            let fee = USD(ended["fee"].integer ?? 0)
            let tax = USD(ended["tax"].integer ?? 0)
            terminal.line(
                "  " + terminal.good("succeeded") + " after \(time.short): fee \(fee), tax \(tax)")
        } else {
            let failure = ended["failure"]
            terminal.line(
                "  " + terminal.bad(status) + " after \(time.short): "
                    + "\(failure["code"].string ?? "?") at \(failure["step"].string ?? "?")")
        }
        let seen: Scene.End =
            status == "succeeded"
            ? .succeeded : .failed(step: ended["failure"]["step"].string ?? status)
        if seen != end { terminal.line("  " + terminal.bad("This is not how it should end.")) }
        return (ended, seen == end)
    }

    /// Asks for a payment or a refund until it has ended, and shows what is new in its timeline.
    private func follow(
        _ path: String, from began: ContinuousClock.Instant, upTo limit: Duration
    ) async throws -> JSON {
        var shown = 0
        while true {
            let now = try await payments.get(path).successful()
            let timeline = now["timeline"].elements
            for entry in timeline.dropFirst(shown) { show(entry) }
            shown = max(shown, timeline.count)
            if now["status"].string != "processing" { return now }
            guard began.duration(to: .now) < limit else {
                throw LocalStackError(.notReady, "\(path) has not ended after \(limit.short)")
            }
            try await Task.sleep(for: .milliseconds(3))
        }
    }

    private func show(_ entry: JSON) {
        let step = entry["step"].string ?? "?"
        let undo = entry["direction"].string == "compensation" ? "undo " : ""
        let time = (entry["at"].string ?? "").dropFirst(11).prefix(12)
        let detail = entry["detail"].string.map { "  " + $0 } ?? ""
        let attempt = entry["attempt"].integer ?? 1
        let again = attempt > 1 ? " (attempt \(attempt))" : ""
        terminal.line(
            "  \(time)  " + (undo + step).column(22) + (entry["status"].string ?? "?") + again
                + detail)
    }

    /// A first payment, so that the others show the system as it is once it runs: a consumer
    /// that has just started waits for its group to form, three seconds with the embedded broker.
    func warmUp(_ people: Cast.People) async throws {
        let (status, time) = try await paySmall(people, wait: 30)
        terminal.line("  1.00 USD from Alice to Bob: \(status) after \(time.short)")
    }

    /// Twenty small payments one after another: how long from the request to its end.
    func measure(_ people: Cast.People) async throws {
        var times: [Duration] = []
        var succeeded = 0
        for _ in 0..<20 {
            let (status, time) = try await paySmall(people, wait: 5)
            times.append(time)
            if status == "succeeded" { succeeded += 1 }
        }
        times.sort()
        terminal.line(
            "  \(succeeded) of \(times.count) succeeded; from request to the end: "
                + "p50 \(times[times.count / 2].short), fastest \(times[0].short), "
                + "slowest \(times[times.count - 1].short)")
    }
}

extension Demonstration {
    private func paySmall(
        _ people: Cast.People, wait seconds: Int
    ) async throws -> (status: String, time: Duration) {
        let scene = Scene(
            title: "a small one", payer: people.alice, payee: people.bob, amount: 100,
            end: .succeeded)
        let began = ContinuousClock.now
        let payment = try await payments.post(
            "/v1/payments", scene.request, headers: ["Prefer": "wait=\(seconds)"]
        ).successful()
        return (payment["status"].string ?? "?", began.duration(to: .now))
    }
}

/// Minor units as people write them: `10.50 USD`.
struct USD: CustomStringConvertible {
    let description: String

    init(_ minorUnits: Int64) {
        let cents = minorUnits.magnitude % 100
        description =
            (minorUnits < 0 ? "-" : "") + "\(minorUnits.magnitude / 100)."
            + (cents < 10 ? "0" : "") + "\(cents) USD"
    }
}
