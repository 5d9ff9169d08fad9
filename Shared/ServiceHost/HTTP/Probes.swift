import Hummingbird
import NIOCore

/// Whether the process can do its work at this moment.
///
/// Anybody may ask, without a token: so the answer is worked out once a second at most, and by
/// one at a time.
actor Readiness {
    private let check: @Sendable () async -> String?
    private var last: (at: ContinuousClock.Instant, fault: String?)?
    private var checking: Task<String?, Never>?

    init(check: @escaping @Sendable () async -> String?) {
        self.check = check
    }

    /// What is wrong; `nil` if nothing is.
    func fault() async -> String? {
        if let last, ContinuousClock.now - last.at < .seconds(1) { return last.fault }
        if let checking { return await checking.value }
        let task = Task { await check() }
        checking = task
        let fault = await task.value
        last = (ContinuousClock.now, fault)
        checking = nil
        return fault
    }
}

/// What an orchestrator and a scraper ask of every process, without a token.
enum Probes {
    static let paths: Set = ["/livez", "/readyz", "/metrics", "/health"]

    /// What the process says of itself, in words.
    static func health(_ text: @escaping @Sendable () -> String) -> Endpoint {
        Endpoint(method: .get, path: "/health") { _, _ in Response.text(text()) }
    }

    static func endpoints(_ readiness: Readiness) -> [Endpoint] {
        [
            Endpoint(method: .get, path: "/livez") { _, _ in
                Response.text("ok\n")
            },
            Endpoint(method: .get, path: "/readyz") { _, _ in
                if let fault = await readiness.fault() {
                    throw Problem.unavailable(code: HostCode.notReady, detail: fault)
                }
                return Response.text("ok\n")
            },
            Endpoint(method: .get, path: "/metrics") { _, _ in
                Response.text(Telemetry.registry.render(), type: PrometheusText.contentType)
            },
        ]
    }
}

extension Response {
    fileprivate static func text(_ text: String, type: String = "text/plain") -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
