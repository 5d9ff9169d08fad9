import Glibc
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// Whether the process can do its work at this moment.
struct Readiness: Sendable {
    /// What is wrong; `nil` if nothing is.
    let check: @Sendable () async -> String?
}

/// Listens, and routes requests through the middlewares to the endpoints and the probes.
struct HTTPServer: Service {
    let host: String
    let port: Int
    let logger: Logger
    let endpoints: [Endpoint]
    let readiness: Readiness
    let listening: @Sendable (Int) -> Void

    func run() async throws {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        let application = Application(
            router: router(),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { [logger, host, port, listening] channel in
                let bound = channel.localAddress?.port ?? port
                logger.info("listening on http://\(host):\(bound)")
                listening(bound)
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw HostError(.portTaken, "port \(port) on \(host) is taken")
        } catch let error as IOError {
            throw HostError(.portTaken, "cannot listen on \(host):\(port): \(error)")
        }
    }

    private func router() -> Router<HostContext> {
        let router = Router(context: HostContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestIdentity(logger: logger))
        router.add(middleware: Observation())
        router.add(middleware: ProblemRendering())
        let all = Probes.endpoints(readiness) + endpoints
        for endpoint in all {
            router.on(RouterPath(endpoint.path), method: endpoint.method, use: endpoint.respond)
        }
        for (path, known) in Dictionary(grouping: all, by: \.path) {
            refuseOtherMethods(of: path, known: Set(known.map(\.method)), router)
        }
        return router
    }

    /// Answers 405 on a path for the methods that it does not have (RFC 9110 §15.5.6).
    private func refuseOtherMethods(
        of path: String, known: Set<HTTPRequest.Method>, _ router: Router<HostContext>
    ) {
        var allowed = known
        if known.contains(.get) { allowed.insert(.head) }
        let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        for method in Self.methods where !allowed.contains(method) {
            router.on(RouterPath(path), method: method) { _, _ -> Response in
                var problem = Problem(
                    status: 405, code: "method-not-allowed", detail: "Allowed here: \(names).")
                problem.headers[.allow] = names
                throw problem
            }
        }
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]
}

/// What an orchestrator and a scraper ask of every process, without a token.
enum Probes {
    static let paths: Set = ["/livez", "/readyz", "/metrics"]

    static func endpoints(_ readiness: Readiness) -> [Endpoint] {
        [
            Endpoint(method: .get, path: "/livez") { _, _ in
                Response.text("ok\n")
            },
            Endpoint(method: .get, path: "/readyz") { _, _ in
                if let fault = await readiness.check() {
                    throw Problem.unavailable(code: "not-ready", detail: fault)
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
