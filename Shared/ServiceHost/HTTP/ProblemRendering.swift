import Hummingbird
import Logging

/// Turns whatever is thrown into a problem document.
struct ProblemRendering: RouterMiddleware {
    typealias Context = HostContext

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem.telling(error)
            if problem.status >= 500 {
                context.logger.error(
                    "failed", metadata: ["code": "\(problem.code)", "error": "\(error)"])
            }
            return Response(problem, requestID: context.requestID)
        }
    }
}
